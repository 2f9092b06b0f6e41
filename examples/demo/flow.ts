import { type Load, startLoad } from '../traffic/load.ts'
import type { Tally } from '../traffic/tally.ts'

/** A steady stream of requests, half of them over connections that are kept, half over one each. */
export interface Flow {
  /** What came back between two moments, in milliseconds since the epoch. */
  between(fromMs: number, toMs?: number): Answers
  /** Waits for so many more. */
  next(count: number): Promise<Answers>
  stop(): Promise<Answers>
}

export interface Answers {
  readonly sent: number
  /** Answered with something else than 200, or not at all; a bad version's own errors are not lost but told by it. */
  readonly lost: number
  /** What became of the lost ones: a status, or why there was none. */
  readonly losses: Readonly<Record<string, number>>
  readonly versions: Readonly<Record<string, VersionAnswers>>
}

export interface VersionAnswers {
  readonly answers: number
  /** Of these, other than 200. */
  readonly errors: number
  /** Milliseconds since the epoch. */
  readonly lastAtMs: number
}

export interface FlowOptions {
  readonly url: string
  readonly host: string
  /** Requests a second. */
  readonly rate: number
}

const forEverMs = Number.POSITIVE_INFINITY
/** All of it is one process: where the machine stands still for a while, requests wait and are not lost. */
const timeoutMs = 30_000

export function startFlow({ url, host, rate }: FlowOptions): Flow {
  const loads = [true, false].map((keepAlive) =>
    startLoad({ url, host, rate: rate / 2, keepAlive, timeoutMs, maxMs: forEverMs }),
  )
  const fromAll = async (ask: (load: Load) => Promise<Tally>) => addUp(await Promise.all(loads.map(ask)))
  return {
    between: (fromMs, toMs) =>
      addUp(loads.map((load) => load.since(load.markAt(fromMs), toMs === undefined ? undefined : load.markAt(toMs)))),
    next: (count) => fromAll((load) => load.next(Math.ceil(count / loads.length))),
    stop: () => fromAll((load) => load.stop()),
  }
}

/** A version that is meant to fail: its errors are its own (sandbox/pods/behaviour.ts). */
export const isBad = (version: string): boolean => version.endsWith('-broken')

/** `2 × 503, 1 × reset`. */
export const lossesText = (losses: Answers['losses']): string =>
  Object.entries(losses)
    .map(([what, count]) => `${count} × ${what}`)
    .join(', ')

function addUp(tallies: readonly Tally[]): Answers {
  const versions: Record<string, VersionAnswers> = {}
  const losses = new Map<string, number>()
  const lose = (what: string, count: number) => count > 0 && losses.set(what, (losses.get(what) ?? 0) + count)
  for (const tally of tallies) {
    for (const [why, count] of Object.entries(tally.lost)) lose(why, count)
    for (const [version, { answers, statuses, lastAtMs }] of Object.entries(tally.versions)) {
      const before = versions[version] ?? { answers: 0, errors: 0, lastAtMs: 0 }
      const errors = answers - (statuses[200] ?? 0)
      versions[version] = {
        answers: before.answers + answers,
        errors: before.errors + errors,
        lastAtMs: Math.max(before.lastAtMs, lastAtMs),
      }
      if (isBad(version)) continue
      for (const [status, count] of Object.entries(statuses)) if (status !== '200') lose(status, count)
    }
  }
  return {
    sent: tallies.reduce((sum, { total }) => sum + total, 0),
    lost: [...losses.values()].reduce((sum, count) => sum + count, 0),
    losses: Object.fromEntries(losses),
    versions,
  }
}
