import type { Counts, Outcome } from './play.ts'
import type { Breach } from './world.ts'

/** What many runs came to. Plain data: workers send it. */
export interface Summary {
  readonly runs: number
  readonly releases: number
  readonly writes: number
  readonly transitions: Readonly<Record<string, number>>
  readonly faults: Readonly<Record<string, number>>
  readonly acts: Readonly<Record<string, number>>
  readonly endings: Readonly<Record<string, number>>
  /** Seeds of runs that broke a promise, with the first breach; the first hundred. */
  readonly failures: readonly { readonly seed: string; readonly breach: Breach }[]
  readonly failed: number
}

export const nothingYet: Summary = {
  runs: 0,
  releases: 0,
  writes: 0,
  transitions: {},
  faults: {},
  acts: {},
  endings: {},
  failures: [],
  failed: 0,
}

const mostFailures = 100

export function summaryOf({ seed, breaches, releases, writes, transitions, faults, acts, ending }: Outcome): Summary {
  const [breach] = breaches
  return {
    runs: 1,
    releases,
    writes,
    transitions: record(transitions),
    faults: record(faults),
    acts: record(acts),
    endings: { [ending]: 1 },
    failures: breach === undefined ? [] : [{ seed, breach }],
    failed: breach === undefined ? 0 : 1,
  }
}

const record = (counts: Counts): Readonly<Record<string, number>> => Object.fromEntries(counts)

export function added(a: Summary, b: Summary): Summary {
  return {
    runs: a.runs + b.runs,
    releases: a.releases + b.releases,
    writes: a.writes + b.writes,
    transitions: sums(a.transitions, b.transitions),
    faults: sums(a.faults, b.faults),
    acts: sums(a.acts, b.acts),
    endings: sums(a.endings, b.endings),
    failures: [...a.failures, ...b.failures].slice(0, mostFailures),
    failed: a.failed + b.failed,
  }
}

function sums(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const sum = { ...a }
  for (const [name, value] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + value
  return sum
}

/** The summary as a person reads it. */
export function summaryText(summary: Summary, seconds: number, known: readonly string[]): string {
  const { runs, releases, writes, transitions, failures, failed } = summary
  const missing = known.filter((name) => transitions[name] === undefined)
  const perSecond = (count: number) => (seconds === 0 ? '' : ` (${Math.round(count / seconds)}/s)`)
  return [
    `${runs} runs${perSecond(runs)}, ${releases} releases${perSecond(releases)}, ${writes} writes of controllers, ${Math.round(seconds)} s`,
    `promises broken in ${failed} runs`,
    ...failures.slice(0, 20).map(({ seed, breach }) => `  seed ${seed}: ${breach.promise}: ${breach.what}`),
    `planner transitions reached: ${known.length - missing.length} of ${known.length}${missing.length === 0 ? '' : `, not ${missing.join(', ')}`}`,
    table('transitions', transitions),
    table('faults', summary.faults),
    table('acts', summary.acts),
    table('endings', summary.endings),
  ].join('\n')
}

function table(title: string, counts: Readonly<Record<string, number>>): string {
  const rows = Object.entries(counts).sort(([, a], [, b]) => b - a)
  return `${title}: ${rows.map(([name, value]) => `${name} ${value}`).join(' · ')}`
}
