import { describe, expect, it } from 'vitest'
import { type Bed, configMap, configMaps, createBed } from './bed.ts'

const path = '/api/v1/namespaces/shop/configmaps?watch=1'

/** The events of a watch up to its end, with what tells them apart. */
async function eventsOf(bed: Bed, query: string, meanwhile: () => Promise<void>) {
  const answer = bed.ask('GET', `${path}&${query}`)
  await arrived(bed)
  await meanwhile()
  return (await answer).text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** The watch is on: its timers are armed. */
async function arrived({ clock }: Bed) {
  while (clock.pending() === 0) await new Promise((resolve) => setImmediate(resolve))
}

const told = ({ type, object }: { type: string; object: { metadata: { name?: string } } }) => [
  type,
  object.metadata.name,
]

describe('a watch', () => {
  it('tells of what is there and of what happens, and ends when its time is up', async () => {
    const bed = await createBed()
    bed.api.create(configMaps, configMap('a'))
    const events = await eventsOf(bed, 'timeoutSeconds=5', async () => {
      bed.api.create(configMaps, configMap('b'))
      bed.api.delete(configMaps, { name: 'a', namespace: 'shop' })
      await bed.clock.advance(5_000)
    })
    expect(events.map(told)).toEqual([
      ['ADDED', 'a'],
      ['ADDED', 'b'],
      ['DELETED', 'a'],
    ])
    expect(bed.clock.pending()).toBe(0)
  })

  it('goes on from the version of a list', async () => {
    const bed = await createBed()
    bed.api.create(configMaps, configMap('a'))
    const version = bed.api.version()
    bed.api.create(configMaps, configMap('b'))
    const events = await eventsOf(bed, `timeoutSeconds=1&resourceVersion=${version}`, () => bed.clock.advance(1_000))
    expect(events.map(told)).toEqual([['ADDED', 'b']])
  })

  it('is bookmarked every minute and shortly before its end', async () => {
    const bed = await createBed()
    const query = `timeoutSeconds=90&allowWatchBookmarks=true&resourceVersion=${bed.api.version()}`
    const versions: string[] = []
    const events = await eventsOf(bed, query, async () => {
      await bed.clock.advance(61_000)
      versions.push(bed.api.version())
      bed.api.create(configMaps, configMap('a'))
      versions.push(bed.api.version())
      await bed.clock.advance(29_000)
    })
    const [first, second] = versions
    expect(events.map(({ type, object }) => [type, object.metadata.resourceVersion])).toEqual([
      ['BOOKMARK', first],
      ['ADDED', second],
      ['BOOKMARK', second],
    ])
  })

  it('that streams a list says where the list ends', async () => {
    const bed = await createBed()
    bed.api.create(configMaps, configMap('a'))
    const query = 'timeoutSeconds=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan'
    const events = await eventsOf(bed, query, () => bed.clock.advance(1_000))
    expect(events.map(told)).toEqual([
      ['ADDED', 'a'],
      ['BOOKMARK', undefined],
    ])
    expect(events[1].object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' })
  })

  it('tells within itself that its version is too old', async () => {
    const { ask, api } = await createBed({ memory: 2 })
    for (const name of ['a', 'b', 'c', 'd']) api.create(configMaps, configMap(name))
    const answer = await ask('GET', `${path}&resourceVersion=1`)
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text)).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } })
  })

  it('of a selector that is none is refused before it begins', async () => {
    const { ask } = await createBed()
    expect((await ask('GET', `${path}&fieldSelector=spec.x=1`)).status).toBe(400)
  })

  it('leaves nothing when the client goes', async () => {
    const { client, clock, api } = await createBed()
    api.create(configMaps, configMap('a'))
    const leave = new AbortController()
    for await (const { object } of client.watch(configMaps, { namespace: 'shop' }, leave.signal)) {
      expect(object.metadata.name).toBe('a')
      break
    }
    leave.abort()
    while (clock.pending() > 0) await new Promise((resolve) => setImmediate(resolve))
  })

  it('ends with the server, and leaves nothing', async () => {
    const bed = await createBed()
    const broken = bed.ask('GET', `${path}&timeoutSeconds=60`).catch((error: unknown) => error)
    await arrived(bed)
    await bed.server.close()
    expect(await broken).toBeInstanceOf(Error)
    expect(bed.clock.pending()).toBe(0)
  })
})
