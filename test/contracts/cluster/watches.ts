import { expect } from 'vitest'
import { at } from '../../../cli/json.ts'
import type { WatchOptions } from '../../../kube/types.ts'
import type { Bed } from './bed.ts'
import type { Chapter } from './contract.ts'
import { eventually } from './eventually.ts'
import { refusal } from './refusal.ts'
import { configMaps } from './resources.ts'
import { configMap } from './shop.ts'
import { type Watcher, watching } from './watcher.ts'

const named = (bed: Bed, name = 'a') => ({ namespace: bed.namespace, name })
const label = (bed: Bed, labels: unknown, name = 'a') =>
  bed.client.patch(configMaps, named(bed, name), { type: 'merge', body: { metadata: { labels } } })

/** A real cluster puts a ConfigMap of its own into every namespace, sooner or later. */
const ours = 'metadata.name!=kube-root-ca.crt'

/** Runs with a watch from the newest version on, and ends it. */
async function withWatch(bed: Bed, options: WatchOptions, run: (watcher: Watcher) => Promise<void>): Promise<void> {
  const { resourceVersion } = await bed.client.list(configMaps, { namespace: bed.namespace })
  const watched = { namespace: bed.namespace, fieldSelector: ours, resourceVersion, ...options }
  const watcher = watching(bed.client, configMaps, watched)
  try {
    await run(watcher)
  } finally {
    await watcher.stop()
  }
}

export const watches: Chapter = {
  concern: 'watches',
  cases: [
    {
      title: 'a watch from the version of a list tells all that follows, in order, each with its version',
      async run(bed) {
        await bed.make(configMaps, configMap('before'))
        await withWatch(bed, {}, async (watcher) => {
          await bed.make(configMaps, configMap('a'))
          const changed = await label(bed, { k: 'v' })
          await bed.client.delete(configMaps, named(bed))
          const events = await watcher.take(3)
          expect(watcher.seen()).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a'])
          const versions = events.map(({ object }) => Number(object.metadata.resourceVersion))
          expect(versions).toEqual([...versions].sort((a, b) => a - b))
          expect(new Set(versions).size).toBe(3)
          expect(events[1]?.object).toEqual(changed)
          expect(events[2]?.object.metadata.labels).toEqual({ k: 'v' })
        })
      },
    },
    {
      title: 'a watch from an earlier version tells again what has been since',
      async run(bed) {
        const made = await bed.make(configMaps, configMap('a'))
        await label(bed, { k: '1' })
        await bed.make(configMaps, configMap('b'))
        await withWatch(bed, { resourceVersion: made.metadata.resourceVersion ?? '' }, async (watcher) => {
          await watcher.take(2)
          expect(watcher.seen().slice(0, 2)).toEqual(['MODIFIED a', 'ADDED b'])
        })
      },
    },
    {
      title: 'a watch without a version begins with all that is there, each ADDED',
      async run(bed) {
        await bed.make(configMaps, configMap('a'))
        await bed.make(configMaps, configMap('b'))
        const watcher = watching(bed.client, configMaps, {
          namespace: bed.namespace,
          fieldSelector: ours,
        })
        await watcher.take(2)
        await label(bed, { k: 'v' })
        await watcher.take(3)
        await watcher.stop()
        expect(watcher.seen().slice(0, 2).sort()).toEqual(['ADDED a', 'ADDED b'])
        expect(watcher.seen()[2]).toBe('MODIFIED a')
      },
    },
    {
      title: 'an object that begins or ceases to match the labels is ADDED or DELETED',
      async run(bed) {
        await bed.make(configMaps, configMap('a'))
        await withWatch(bed, { labelSelector: 'k=v' }, async (watcher) => {
          await label(bed, { k: 'v' })
          await label(bed, { other: 'x' })
          const left = await label(bed, { k: 'w' })
          await label(bed, { k: 'z' })
          const events = await watcher.take(3)
          expect(watcher.seen()).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a'])
          expect(events[2]?.object.metadata.resourceVersion).toBe(left.metadata.resourceVersion)
          expect(events[2]?.object.metadata.labels).toEqual({ k: 'v', other: 'x' })
        })
      },
    },
    {
      title: 'a watch of one name tells of no other',
      async run(bed) {
        await withWatch(bed, { fieldSelector: 'metadata.name=b' }, async (watcher) => {
          await bed.make(configMaps, configMap('a'))
          await bed.make(configMaps, configMap('b'))
          await watcher.take(1)
          expect(watcher.seen()).toEqual(['ADDED b'])
        })
      },
    },
    {
      title: 'a write that changes nothing, and a dry run, are not told',
      async run(bed) {
        const made = await bed.make(configMaps, configMap('a', { data: { k: '1' } }))
        await withWatch(bed, { resourceVersion: made.metadata.resourceVersion ?? '' }, async (watcher) => {
          await bed.client.replace(configMaps, made)
          await bed.client.patch(
            configMaps,
            named(bed),
            { type: 'merge', body: { data: { k: '2' } } },
            { dryRun: true },
          )
          await label(bed, { last: 'yes' })
          await watcher.take(1)
          expect(watcher.events[0]?.object.metadata.labels).toEqual({ last: 'yes' })
        })
      },
    },
    {
      title: 'the mark of deletion is MODIFIED, the end of the last finalizer DELETED',
      async run(bed) {
        await bed.make(configMaps, configMap('a', {}, { finalizers: ['contract.test/keep'] }))
        await withWatch(bed, {}, async (watcher) => {
          await bed.client.delete(configMaps, named(bed))
          await bed.client.patch(configMaps, named(bed), { type: 'merge', body: { metadata: { finalizers: null } } })
          const events = await watcher.take(2)
          expect(watcher.seen()).toEqual(['MODIFIED a', 'DELETED a'])
          expect(events[0]?.object.metadata.deletionTimestamp).toBeDefined()
        })
      },
    },
    {
      title: 'timeoutSeconds ends a watch cleanly, and before its end a bookmark brings a version',
      async run(bed) {
        const { resourceVersion } = await bed.client.list(configMaps, { namespace: bed.namespace })
        const watcher = watching(bed.client, configMaps, {
          namespace: bed.namespace,
          resourceVersion,
          timeoutSeconds: 3,
        })
        const made = await bed.make(configMaps, configMap('a'))
        await watcher.ended
        const bookmark = watcher.events.findLast(({ type }) => type === 'BOOKMARK')
        expect(bookmark?.object).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
        const version = Number(bookmark?.object.metadata.resourceVersion)
        expect(version).toBeGreaterThanOrEqual(Number(made.metadata.resourceVersion))
      },
    },
    {
      title: 'a watch from a version that is none is refused',
      async run(bed) {
        const watcher = watching(bed.client, configMaps, { namespace: bed.namespace, resourceVersion: 'x' })
        expect((await refusal(watcher.ended)).status).toBeGreaterThanOrEqual(400)
      },
    },
    {
      title: 'sendInitialEvents, as kubectl asks, ends the first objects with a bookmark that says so',
      async run(bed) {
        await bed.make(configMaps, configMap('a'))
        const query =
          'watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1'
        const path = `/api/v1/namespaces/${bed.namespace}/configmaps?fieldSelector=metadata.name%3Da&${query}`
        const { status, text } = await bed.wire.send('GET', path)
        expect(status).toBe(200)
        const lines = text
          .trim()
          .split('\n')
          .map((line): unknown => JSON.parse(line))
        expect(lines[0]).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } })
        const end = lines.find((line) => at(line, 'type') === 'BOOKMARK')
        expect(at(end, 'object', 'metadata', 'annotations', 'k8s.io/initial-events-end')).toBe('true')
      },
    },
    {
      title: 'two watches of one kind are told the same',
      async run(bed) {
        await withWatch(bed, {}, (first) =>
          withWatch(bed, {}, async (second) => {
            await bed.make(configMaps, configMap('a'))
            await label(bed, { k: 'v' })
            await Promise.all([first.take(2), second.take(2)])
            await eventually(() => expect(first.events).toEqual(second.events))
          }),
        )
      },
    },
  ],
}
