import { describe, expect, it } from 'vitest'
import { objectOf, objectsOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import {
  deploymentResource,
  endpointSliceResource,
  ingressResource,
  ownerUidLabel,
  podResource,
  podTemplateResource,
  rolloutResource,
  serviceResource,
} from '../../api/names.ts'
import { type Death, mortal } from '../builders/mortal-client.ts'
import type { WriteSeen } from '../builders/record-writes.ts'
import { createShop, type Shop } from '../builders/shop.ts'
import { startControl } from './shop-floor.ts'

/** One thing somebody does, once the world is ready for it. */
interface Scene {
  readonly when: (shop: Shop) => boolean
  readonly act: (shop: Shop) => void
}

const isAt = (phase: string) => (shop: Shop) => shop.status()?.phase === phase
const waitsAt = (step: number) => (shop: Shop) => {
  const { release } = shop.status() ?? {}
  return release?.step === step && release.gatesOpenedAt !== undefined
}
const nothing = () => undefined
const serviceNameLabel = 'kubernetes.io/service-name'
const upgrade: Scene = { when: isAt('Healthy'), act: (shop) => shop.upgrade('web:v2') }

const stories: Readonly<Record<string, readonly Scene[]>> = {
  'a promotion': [
    upgrade,
    { when: waitsAt(1), act: (shop) => shop.decide('approve') },
    { when: waitsAt(2), act: (shop) => shop.decide('approve') },
    { when: isAt('Healthy'), act: nothing },
  ],
  'a rollback': [
    upgrade,
    { when: waitsAt(1), act: (shop) => shop.decide('rollback') },
    { when: isAt('RolledBack'), act: nothing },
  ],
  'a deletion in the middle': [
    upgrade,
    {
      when: waitsAt(1),
      act: ({ api }) => api.delete(rolloutResource, { namespace: 'shop', name: 'web' }),
    },
    { when: ({ api }) => api.list(rolloutResource).items.length === 0, act: nothing },
  ],
}

/** What goes wrong while a story is played. */
interface Trouble {
  readonly death?: Death
  /** A second controller runs by mistake. */
  readonly twin?: boolean
  /** The caches are that far behind. */
  readonly lagMs?: number
}

/** Plays a story; a process that dies is followed by a fresh one. Gives back the writes that the first one asked for. */
async function play(
  story: readonly Scene[],
  { death, twin, lagMs }: Trouble = {},
): Promise<{ readonly shop: Shop; readonly writes: number }> {
  const breaches: string[] = []
  const onWrite = (write: WriteSeen) => breaches.push(...breachesOf(shop, write))
  const shop: Shop = await createShop({ onWrite, ...(lagMs === undefined ? {} : { lagMs }) })
  const first = mortal(shop.client, death)
  let working = startControl(shop, { client: first.client })
  const second = twin === true ? startControl(shop, { identity: 'twin' }) : undefined
  let isReplaced = false
  for (const { when, act } of story) {
    for (let looks = 0; !when(shop); looks++) {
      if (looks > 200) throw new Error(`stuck: ${JSON.stringify(shop.status())} ${working.complaints.join('')}`)
      await shop.clock.advance(1000)
      if (!first.isDead() || isReplaced) continue
      isReplaced = true
      await working.stop()
      working = startControl(shop)
    }
    act(shop)
  }
  await shop.clock.advance(5000)
  await working.stop()
  await second?.stop()
  expect(breaches).toEqual([])
  return { shop, writes: first.writes() }
}

/** Promises that a single write may break, whoever makes it. */
function breachesOf(shop: Shop, { verb, kind, name }: WriteSeen): readonly string[] {
  const weight = shop.canaryWeight()
  if (kind === 'Ingress' && verb !== 'delete' && weight !== undefined && weight > 0) {
    const ready = readyEndpoints(shop, 'web-canary')
    if (ready < Math.ceil(weight / 10)) return [`weight ${weight} on ${ready} ready pods`]
  }
  const isShrunk = verb === 'delete' && name === 'web-canary' && kind !== 'Ingress'
  return isShrunk && weight !== undefined ? [`${kind} ${name} deleted under its route`] : []
}

function readyEndpoints({ api }: Shop, service: string): number {
  const slices = api.list(endpointSliceResource, { namespace: 'shop', labelSelector: `${serviceNameLabel}=${service}` })
  return slices.items
    .flatMap((slice) => objectsOf(slice['endpoints']))
    .filter(({ conditions }) => objectOf(conditions)['ready'] === true).length
}

/** The world without what differs from run to run: versions, uids, times, names of pods. */
function worldOf({ api }: Shop): unknown {
  const kinds = [deploymentResource, serviceResource, ingressResource, podTemplateResource]
  const objects = kinds.flatMap((resource) => api.list(resource, { namespace: 'shop' }).items)
  const pods = api.list(podResource, { namespace: 'shop' }).items
  return { objects: objects.map(lasting), pods: pods.map(({ metadata }) => metadata.labels) }
}

function lasting({ kind, metadata, spec, template }: KubeObject): unknown {
  const { name, annotations } = metadata
  const labels = Object.entries(metadata.labels ?? {}).filter(([key]) => key !== ownerUidLabel)
  return { kind, name, annotations: { ...annotations }, labels, spec, template }
}

describe.each(Object.entries(stories))('%s', (_title, story) => {
  it('ends the same, whichever write the controller dies before or after', { timeout: 120_000 }, async () => {
    const { shop, writes } = await play(story)
    const expected = worldOf(shop)
    expect(writes).toBeGreaterThan(10)
    for (let write = 1; write <= writes; write++) {
      for (const when of ['before', 'after'] as const) {
        const ended = await play(story, { death: { write, when } })
        expect(worldOf(ended.shop), `death ${when} write ${write}`).toEqual(expected)
      }
    }
  })

  it('ends the same with a second controller at work by mistake, also when one dies', {
    timeout: 120_000,
  }, async () => {
    const { shop, writes } = await play(story)
    const expected = worldOf(shop)
    expect(worldOf((await play(story, { twin: true })).shop)).toEqual(expected)
    for (let write = 1; write <= writes; write += 3) {
      const ended = await play(story, { twin: true, death: { write, when: 'before' } })
      expect(worldOf(ended.shop), `death before write ${write}`).toEqual(expected)
    }
  })

  it.each([300, 1000, 5000])('ends the same with caches that are %i ms behind', async (lagMs) => {
    const { shop } = await play(story)
    expect(worldOf((await play(story, { lagMs })).shop)).toEqual(worldOf(shop))
  })
})
