import { expect } from 'vitest'
import { installManifests } from '../../../api/install.ts'
import { nameOf, resourceOf } from '../../../cli/manifest-kinds.ts'
import { createCache } from '../../../kube/cache.ts'
import { createEventRecorder } from '../../../kube/events.ts'
import { createElection } from '../../../kube/leader.ts'
import { systemClock } from '../../../rollout-controller/loop/clock.ts'
import type { Bed } from './bed.ts'
import type { Chapter } from './contract.ts'
import { eventually } from './eventually.ts'
import { configMaps, coreEvents, leases } from './resources.ts'
import { configMap } from './shop.ts'

/** One who wants the lease, until it quits. */
function candidate({ client, namespace }: Bed, identity: string) {
  const stop = new AbortController()
  const times = { leaseMs: 6_000, renewDeadlineMs: 4_000, retryMs: 200 }
  const election = createElection({ client, namespace, name: 'lock', identity, clock: systemClock, ...times })
  const leads = (term: AbortSignal) => new Promise<void>((resolve) => term.addEventListener('abort', () => resolve()))
  const done = election.run(leads, stop.signal)
  const quit = () => {
    stop.abort()
    return done
  }
  return { isLeader: () => election.isLeader(), quit }
}

/** What Sluice builds on the API: its cache, its events, its election, its installation. */
export const ownClient: Chapter = {
  concern: 'own client',
  cases: [
    {
      title: 'our cache holds what is there, and follows what is made, changed and deleted',
      async run(bed) {
        await bed.make(configMaps, configMap('a'))
        const problems: unknown[] = []
        const onProblem = (error: unknown) => problems.push(error)
        const { client, namespace } = bed
        const cache = createCache({ client, resource: configMaps, namespace, clock: systemClock, onProblem })
        const stop = new AbortController()
        const running = cache.run(stop.signal)
        await cache.synced
        expect(cache.get(namespace, 'a')).toBeDefined()
        const made = await bed.make(configMaps, configMap('b'))
        const stored = await client.replace(configMaps, { ...made, data: { k: 'v' } })
        await client.delete(configMaps, { namespace, name: 'a' })
        await eventually(() => {
          expect(cache.get(namespace, 'a')).toBeUndefined()
          expect(cache.get(namespace, 'b')).toMatchObject({
            metadata: { resourceVersion: stored.metadata.resourceVersion },
            data: { k: 'v' },
          })
        })
        stop.abort()
        await running
        expect(problems).toEqual([])
      },
    },
    {
      title: 'our events are taken, and counted when they are said again',
      async run(bed) {
        const problems: unknown[] = []
        const onProblem = (error: unknown) => problems.push(error)
        const instance = { component: 'sluice.dev/test', instance: 'one', clock: systemClock, onProblem }
        const recorder = createEventRecorder(bed.client, instance)
        const regarding = await bed.make(configMaps, configMap('a'))
        const event = { regarding, type: 'Normal', reason: 'Tried', action: 'Try', note: 'it was tried' } as const
        recorder.record(event)
        await recorder.flush()
        recorder.record(event)
        recorder.record(event)
        await recorder.flush()
        expect(problems).toEqual([])
        const { items } = await bed.client.list(coreEvents, { namespace: bed.namespace })
        expect(items).toMatchObject([{ message: 'it was tried', series: { count: 3 } }])
      },
    },
    {
      title: 'our election has one leader, and when it quits the other leads',
      async run(bed) {
        const first = candidate(bed, 'first')
        await eventually(() => expect(first.isLeader()).toBe(true))
        const second = candidate(bed, 'second')
        await bed.client.get(leases, { namespace: bed.namespace, name: 'lock' })
        expect(second.isLeader()).toBe(false)
        await first.quit()
        await eventually(() => expect(second.isLeader()).toBe(true))
        expect(first.isLeader()).toBe(false)
        await second.quit()
      },
    },
    {
      title: 'all that Sluice installs can be applied again, and nothing changes',
      async run(bed) {
        for (const manifest of installManifests()) {
          const [resource, name] = [resourceOf(manifest), nameOf(manifest)]
          const before = await bed.client.get(resource, name)
          const patch = { type: 'apply', body: manifest, fieldManager: 'contract', force: true } as const
          const after = await bed.client.patch(resource, name, patch)
          expect(after.metadata.generation).toBe(before.metadata.generation)
          const { status: _then, ...others } = { status: undefined, ...before }
          const { metadata, ...rest } = others
          expect(after).toMatchObject({ ...rest, metadata: { uid: metadata.uid, labels: metadata.labels } })
        }
      },
    },
  ],
}
