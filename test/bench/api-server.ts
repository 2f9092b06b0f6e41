import { setTimeout as sleep } from 'node:timers/promises'
import { apiVersion, rolloutResource } from '../../api/names.ts'
import type { Bed } from './bed.ts'
import type { Recorder } from './recorder.ts'

export interface RoundTrips {
  readonly get: readonly number[]
  readonly patchStatus: readonly number[]
  readonly create: readonly number[]
  /** From sending a write to its event. */
  readonly writeToEvent: readonly number[]
}

const configMaps = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true }

/** What the API server itself takes, asked one after the other by the client that measures everything else. */
export async function measureApiServer(
  { client }: Bed,
  recorder: Recorder,
  namespace: string,
  times: number,
  /** Between two rounds of questions: so that asking is no load of its own. */
  pauseMs = 0,
): Promise<RoundTrips> {
  const get: number[] = []
  const patchStatus: number[] = []
  const create: number[] = []
  const writeToEvent: number[] = []
  const where = { name: `lonely-${Date.now()}`, namespace } // its workload does not exist, so nobody acts on it
  const spec = {
    workloadRef: { kind: 'Deployment', name: 'nowhere' },
    strategy: { canary: { steps: [{ weight: 20 }] } },
    traffic: [{ ingress: { name: 'nowhere' } }],
  }
  await client.create(rolloutResource, { apiVersion, kind: 'Rollout', metadata: where, spec })
  await recorder.until('Rollout', where.name, (rollout) => rollout['status'] !== undefined)
  recorder.clear()
  for (let index = 0; index < times; index++) {
    await sleep(pauseMs)
    await timed(get, () => client.get(rolloutResource, where))
    const body = { status: { message: `asked ${index} times` } }
    await timed(patchStatus, () =>
      client.patch(rolloutResource, where, { type: 'merge', body }, { subresource: 'status' }),
    )
    const name = `${where.name}-${index}`
    const sentMs = performance.now()
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } }
    await timed(create, () => client.create(configMaps, object))
    const event = await recorder.first(
      name,
      ({ kind, object: seen }) => kind === 'ConfigMap' && seen.metadata.name === name,
    )
    writeToEvent.push(event.atMs - sentMs)
  }
  return { get, patchStatus, create, writeToEvent }
}

async function timed(into: number[], ask: () => Promise<unknown>): Promise<void> {
  const startedMs = performance.now()
  await ask()
  into.push(performance.now() - startedMs)
}
