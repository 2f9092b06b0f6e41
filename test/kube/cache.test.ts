import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../api/kube-object.ts'
import { type CacheEvent, createCache } from '../../kube/cache.ts'
import { KubeError } from '../../kube/errors.ts'
import { compareResourceVersions } from '../../kube/resource-version.ts'
import type { WatchEvent } from '../../kube/types.ts'
import { createVirtualClock } from '../../sandbox/virtual-clock.ts'
import { CONFIG_MAPS } from './misbehaving-server.ts'

const object = (name: string, resourceVersion: string, uid = name): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', resourceVersion, uid, labels: { owner: uid } },
})

/** A cache over a server that lists `items` at version 50 and whose watch says what the test pushes. */
async function cacheOf(...items: KubeObject[]) {
  const clock = createVirtualClock()
  const events: CacheEvent[] = []
  const pushed: WatchEvent[] = []
  let lists = [{ items: items as readonly KubeObject[], resourceVersion: '50' }]
  const client = {
    list: async () => lists.shift() ?? Promise.reject(new KubeError('unavailable', 'no more lists')),
    async *watch(_resource: unknown, _options: unknown, signal: AbortSignal): AsyncGenerator<WatchEvent> {
      for (;;) {
        const event = pushed.shift()
        if (event !== undefined) yield event
        else if (lists.length > 0) throw new KubeError('gone', 'list again')
        else await clock.sleep(10, signal)
      }
    },
  }
  const stop = new AbortController()
  const cache = createCache({
    client,
    resource: CONFIG_MAPS,
    clock,
    indexes: { owner: ({ metadata }) => [metadata.labels?.['owner'] ?? ''] },
    onChange: (event) => events.push(event),
  })
  const running = cache.run(stop.signal)
  await clock.advance(100)
  return {
    cache,
    told: () =>
      events.splice(0).map(({ type, object: { metadata } }) => `${type} ${metadata.name}@${metadata.resourceVersion}`),
    see: async (...more: WatchEvent[]) => {
      pushed.push(...more)
      await clock.advance(100)
    },
    listAgain: async (resourceVersion: string, ...found: KubeObject[]) => {
      lists = [{ items: found, resourceVersion }]
      await clock.advance(5_000)
    },
    stop: async () => {
      stop.abort()
      await running
    },
  }
}

describe('a cache that is told of our own writes', () => {
  it('shows the write at once and does not tell it twice', async () => {
    const { cache, told, see, stop } = await cacheOf(object('a', '40'))
    told()
    cache.upsert(object('a', '60'))
    await see({ type: 'MODIFIED', object: object('a', '60') })
    expect(cache.get('shop', 'a')?.metadata.resourceVersion).toBe('60')
    expect(told()).toEqual(['modified a@60'])
    await stop()
  })

  it('is not taken back by an older event', async () => {
    const { cache, see, stop } = await cacheOf(object('a', '40'))
    cache.upsert(object('a', '60'))
    await see({ type: 'MODIFIED', object: object('a', '55') })
    expect(cache.get('shop', 'a')?.metadata.resourceVersion).toBe('60')
    await stop()
  })

  it('does not bring back what was deleted after the write', async () => {
    const { cache, see, stop } = await cacheOf(object('a', '40'))
    await see({ type: 'DELETED', object: object('a', '70') })
    cache.upsert(object('a', '60'))
    expect(cache.get('shop', 'a')).toBeUndefined()
    await stop()
  })

  it('keeps a write that is newer than the list that lacks it', async () => {
    const { cache, listAgain, stop } = await cacheOf()
    cache.upsert(object('new', '90'))
    await listAgain('80', object('old', '75'))
    expect(
      cache
        .list('shop')
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(['new', 'old'])
    await stop()
  })
})

describe('a cache that lists again', () => {
  it('tells of the objects that are gone, changed and new', async () => {
    const { told, listAgain, stop } = await cacheOf(object('gone', '40'), object('changed', '41'), object('same', '42'))
    told()
    await listAgain('80', object('changed', '77'), object('same', '42'), object('new', '78'))
    expect(told()).toEqual(['deleted gone@40', 'modified changed@77', 'added new@78'])
    await stop()
  })

  it('tells of an object that was deleted and made again', async () => {
    const { cache, told, listAgain, stop } = await cacheOf(object('a', '40', 'first'))
    told()
    await listAgain('80', object('a', '70', 'second'))
    expect(told()).toEqual(['deleted a@40', 'added a@70'])
    expect(cache.byIndex('owner', 'first')).toEqual([])
    expect(cache.byIndex('owner', 'second')).toHaveLength(1)
    await stop()
  })
})

describe('resourceVersions', () => {
  it.each([
    ['9', '10', -1],
    ['10', '10', 0],
    ['9007199254740993', '9007199254740992', 1],
    ['18446744073709551615', '9', 1],
  ])('compares %s with %s as numbers of any size', (a, b, sign) => {
    expect(Math.sign(compareResourceVersions(a, b) ?? Number.NaN)).toBe(sign)
  })
  it('says nothing of what is not a number', () => {
    expect(compareResourceVersions('abc', '1')).toBeUndefined()
    expect(compareResourceVersions(undefined, '1')).toBeUndefined()
  })
})
