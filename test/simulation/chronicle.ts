import type { Decision } from '../../api/decision.ts'
import { objectOf, objectsOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import type { Sight } from './sight.ts'

/** What has been so at some time, as far as a promise asks: kept up to date after every change. */
export interface Chronicle {
  /** What the world did that excuses a promise. */
  readonly excuses: Excuses
  readonly decisions: readonly Decision[]
  /** Attempts that somebody asked to roll back while they were in their steps, and when. */
  readonly rollbacks: ReadonlyMap<string, number>
  /** Every template that the workload ever had, by its revision. */
  readonly templates: ReadonlyMap<string, unknown>
  /** The revisions that it had before the write that is asked about. */
  readonly earlierRevisions: ReadonlySet<string>
  /** The most ready endpoints of that Service at any moment of the last `ms`. */
  mostReady(service: string, ms: number): number
  /** The canary Service was there at some moment of the last `ms`. */
  hadCanaryService(ms: number): boolean
  /** The fewest pods that the workload asked for in the last `ms`. */
  fewestReplicas(ms: number): number
  /** The revisions that the workload had at any moment of the last `ms`. */
  recentRevisions(ms: number): readonly string[]
  /** The highest and the lowest share of the new version on that route in the last `ms`, both in percent. */
  shares(route: string, ms: number): { readonly most: number; readonly least: number }
  /** Since when the route sends nothing to the new version; undefined while it does. */
  unreachableSince(route: string): number | undefined
  /** Since when the route sends everything to the new version. */
  fullSince(route: string): number | undefined
  /** Since when the Rollout is on its way back; undefined while it is not. */
  rollingBackSince(): number | undefined
}

/** What people and the world did that makes some promises void for this run. */
export interface Excuses {
  /** The policies were away, our label was taken off, or the break-glass was used: an update may roll. */
  holdWasOff: boolean
  /** Somebody deleted or edited what is ours, or the kept template. */
  oursWereTouched: boolean
  /** A process saw a wall clock that jumped. */
  clockJumped: boolean
  /** Decisions that were made while there was no Rollout, or one that was going: nobody need answer or remove them. */
  strayDecisions: number
}

interface Entry<T = number> {
  readonly atMs: number
  readonly value: T
}

export interface ChronicleKeeper extends Chronicle {
  readonly excuses: Excuses
  /** Takes note of a change, before the promises are asked. */
  note(object: KubeObject, isGone: boolean, sight: Sight): void
  /** `phase`: that of the Rollout at that moment. */
  decided(decision: Decision, phase: string | undefined): void
}

export function createChronicle(now: () => number): ChronicleKeeper {
  const series = new Map<string, Entry[]>()
  const decisions: Decision[] = []
  const rollbacks = new Map<string, number>()
  const revisions: Entry<string>[] = []
  const templates = new Map<string, unknown>()
  const earlierRevisions = new Set<string>()
  const readyOf = new Map<string, Map<string, number>>()
  const push = (name: string, value: number) => {
    const entries = series.get(name) ?? []
    if (entries.at(-1)?.value === value) return
    entries.push({ atMs: now(), value })
    series.set(name, entries)
  }
  const values = (name: string, ms: number): readonly number[] => within(series.get(name) ?? [], now() - ms)
  const since = (name: string, value: number): number | undefined => {
    const last = series.get(name)?.at(-1)
    if (last === undefined) return value === 0 ? Number.NEGATIVE_INFINITY : undefined
    return last.value === value ? last.atMs : undefined
  }
  const noteSlice = (slice: KubeObject, isGone: boolean) => {
    const service = slice.metadata.labels?.['kubernetes.io/service-name'] ?? ''
    const bySlice = readyOf.get(service) ?? new Map<string, number>()
    if (isGone) bySlice.delete(slice.metadata.name)
    else bySlice.set(slice.metadata.name, readyIn(slice))
    readyOf.set(service, bySlice)
    push(
      `ready ${service}`,
      [...bySlice.values()].reduce((sum, count) => sum + count, 0),
    )
  }

  return {
    excuses: {
      holdWasOff: false,
      oursWereTouched: false,
      clockJumped: false,
      strayDecisions: 0,
    },
    decisions,
    rollbacks,
    templates,
    earlierRevisions,
    mostReady: (service, ms) => Math.max(0, ...values(`ready ${service}`, ms)),
    hadCanaryService: (ms) => values('canary service', ms).includes(1),
    fewestReplicas: (ms) => Math.min(...values('replicas', ms)),
    recentRevisions: (ms) => within(revisions, now() - ms),
    shares(route, ms) {
      const all = values(`share ${route}`, ms)
      return { most: Math.max(0, ...all), least: Math.min(100, ...(all.length === 0 ? [0] : all)) }
    },
    unreachableSince: (route) => since(`share ${route}`, 0),
    fullSince: (route) => since(`share ${route}`, 100),
    rollingBackSince: () => since('rolling back', 1),
    note(object, isGone, { workload, routes, canaryService, rollout }) {
      push('rolling back', Number(rollout?.status?.phase === 'RollingBack'))
      push('canary service', Number(canaryService))
      if (object.kind === 'EndpointSlice') noteSlice(object, isGone)
      if (workload !== undefined) push('replicas', workload.replicas)
      if (workload !== undefined && object.metadata.uid === workload.uid) {
        if (revisions.at(-1)?.value !== workload.revision) revisions.push({ atMs: now(), value: workload.revision })
        for (const known of templates.keys()) earlierRevisions.add(known)
        templates.set(workload.revision, objectOf(object['spec'])['template'])
      }
      for (const { name, canary } of routes) push(`share ${name}`, canary ?? 0)
    },
    decided(decision, phase) {
      decisions.push(decision)
      const { verb, attempt } = decision
      const isNo = verb === 'rollback' || verb === 'reject'
      if (isNo && phase === 'Progressing' && attempt !== undefined) rollbacks.set(attempt, now())
    },
  }
}

/** The value that was so at that moment, and all that came later. */
function within<T>(entries: readonly Entry<T>[], fromMs: number): readonly T[] {
  const found: T[] = []
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index]
    if (entry === undefined) break
    found.push(entry.value)
    if (entry.atMs <= fromMs) break
  }
  return found
}

function readyIn(slice: KubeObject): number {
  return objectsOf(slice['endpoints']).filter(({ conditions }) => isReady(conditions)).length
}

function isReady(conditions: unknown): boolean {
  const { ready, terminating } = (conditions ?? {}) as { readonly ready?: boolean; readonly terminating?: boolean }
  return ready !== false && terminating !== true
}
