import { objectOf, objectsOf, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { rolloutResource } from '../../api/names.ts'
import type { KubeClient } from '../../kube/types.ts'

/** What the API server has told about all Rollouts since the last reset. */
export interface Told {
  readonly writes: number
  /** Writes that recorded no new measurement. */
  readonly writesWithoutNews: number
  readonly measurements: number
  /** Questions of the measurements that were answered, each counted for each Rollout that asked it. */
  readonly questions: number
  /** Moments at which a metric was due and not measured. */
  readonly missed: number
  /** Measurements that gave no number, by what was noted of them. */
  readonly notes: Readonly<Record<string, number>>
  /** From the moment that a measurement is about until it is stored, in milliseconds. */
  readonly lagMs: readonly number[]
}

export interface Witness {
  /** Rollouts in this state by their newest version, among those that were ever seen. */
  count(so: (state: Standing) => boolean): number
  reset(): void
  told(): Told
  stop(): void
}

export interface Standing {
  readonly phase: string
  /** Why it waits; empty where it does not. */
  readonly waits: string
}

interface Known extends Standing {
  /** Milliseconds since the epoch, by run and metric. */
  readonly measuredAt: ReadonlyMap<string, number>
}

interface Counting extends Mutable<Omit<Told, 'lagMs' | 'notes'>> {
  readonly notes: Record<string, number>
  readonly lagMs: number[]
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const nothing = (): Counting => ({
  writes: 0,
  writesWithoutNews: 0,
  measurements: 0,
  questions: 0,
  missed: 0,
  notes: {},
  lagMs: [],
})

/** Follows every Rollout on a connection of its own; `intervalMs` is what all their metrics have. */
export async function watchRollouts(client: KubeClient, intervalMs: number): Promise<Witness> {
  const stopped = new AbortController()
  const known = new Map<string, Known>()
  let told = nothing()
  const follow = async (version: string) => {
    let resourceVersion = version
    while (!stopped.signal.aborted) {
      for await (const { type, object } of client.watch(rolloutResource, { resourceVersion }, stopped.signal)) {
        resourceVersion = object.metadata.resourceVersion ?? resourceVersion
        if (type === 'BOOKMARK') continue
        const key = `${object.metadata.namespace}/${object.metadata.name}`
        const now = read(object)
        if (type === 'MODIFIED') take(told, object, known.get(key), intervalMs)
        known.set(key, now)
      }
    }
  }
  follow((await client.list(rolloutResource, { limit: 1 })).resourceVersion).catch((error: unknown) => {
    if (!stopped.signal.aborted) console.error(`[bench] the watch of all Rollouts broke: ${String(error)}`)
  })
  return {
    count: (so) => [...known.values()].filter(so).length,
    reset: () => {
      told = nothing()
    },
    told: () => told,
    stop: () => stopped.abort(),
  }
}

function take(told: Counting, object: KubeObject, before: Known | undefined, intervalMs: number): void {
  const news = metricsOf(object).filter(({ key, atMs }) => atMs > (before?.measuredAt.get(key) ?? 0))
  told.writes += 1
  if (news.length === 0) told.writesWithoutNews += 1
  for (const { key, atMs, questions, note } of news) {
    const lastMs = before?.measuredAt.get(key)
    told.measurements += 1
    if (!note.startsWith('no answer')) told.questions += questions
    told.lagMs.push(Date.now() - atMs)
    if (note !== '') told.notes[note] = (told.notes[note] ?? 0) + 1
    if (lastMs !== undefined) told.missed += Math.max(0, Math.round((atMs - lastMs) / intervalMs) - 1)
  }
}

function read(object: KubeObject): Known {
  const status = objectOf(object['status'])
  return {
    phase: textOf(status['phase']) ?? '',
    waits: textOf(objectOf(status['waiting'])['reason']) ?? '',
    measuredAt: new Map(metricsOf(object).map(({ key, atMs }) => [key, atMs])),
  }
}

/** Only what has been measured, out of a status that is not parsed: there are hundreds a second. */
function metricsOf(object: KubeObject) {
  const release = objectOf(objectOf(object['status'])['release'])
  return objectsOf(release['analyses']).flatMap(({ id, metrics }) =>
    objectsOf(metrics).flatMap(({ name, measuredAt, queries, samples }) => {
      const at = textOf(measuredAt)
      const note = textOf(objectsOf(samples).at(-1)?.['note']) ?? ''
      const questions = Object.keys(objectOf(queries)).length
      return at === undefined ? [] : [{ key: `${String(id)}/${String(name)}`, atMs: Date.parse(at), questions, note }]
    }),
  )
}
