import type { Counts, SideCounts } from '../../analysis/evidence/counts.ts'
import type { Terms } from '../../analysis/evidence/judge-counts.ts'
import { type EvidenceState, judgeEvidence } from '../../analysis/evidence.ts'
import type { Reading, SeriesValue } from '../../analysis/measurement.ts'
import type { Verdict } from '../../api/analysis-run.ts'
import { tickMs } from './release.ts'

/** What a gateway still counts of the release before: of its canary, that was rolled back or fine, and of stable. */
export const histories = {
  'a bad canary': { canary: { requests: 1000, errors: 300 }, stable: { requests: 500_000, errors: 1000 } },
  'a good canary': { canary: { requests: 100_000, errors: 10 }, stable: { requests: 500_000, errors: 1000 } },
} satisfies Record<string, Counts>
export type History = keyof typeof histories

const names = ['g1', 'g2', 'g3'] as const
/** The look at which the one that was missing is back. */
const backAt = 2

/** Three gateways that share the requests. One was not scraped when the analysis began, and comes back at the second look. */
export function gateways(history: History, terms: Terms): (counts: Counts) => Verdict {
  let state: EvidenceState | undefined
  let looks = 0
  let grown: readonly Counts[] = names.map(() => histories[history])
  const judge = (warmUp: boolean): Verdict => {
    const seen = looks < backAt ? grown.slice(0, -1) : grown
    const context = { atMs: looks * tickMs, stratum: '', falseAlarm: terms.falseAlarm }
    const around = warmUp ? { ...context, warmUp, isBeforeTraffic: true } : context
    const judged = judgeEvidence(conditionOf(terms), state, readingsOf(seen), around)
    state = judged.state
    return judged.verdict
  }
  judge(true)
  return (counts) => {
    looks++
    grown = grown.map(({ canary, stable }, index) => ({
      canary: after(canary, counts.canary, index + looks),
      stable: after(stable, counts.stable, index + looks),
    }))
    return judge(false)
  }
}

const conditionOf = ({ ratio, margin }: Terms) =>
  ({
    kind: 'evidence',
    requests: { canary: '', stable: '' },
    bad: { counts: 'errors', queries: { canary: '', stable: '' } },
    ratio,
    marginPoints: margin * 100,
    passEarly: true,
  }) as const

/** With a third of what came; what is left over goes to each in turn. */
const after = (counter: SideCounts, { requests, errors }: SideCounts, turn: number): SideCounts => ({
  requests: counter.requests + third(requests, turn),
  errors: counter.errors + third(errors, turn),
})
const third = (count: number, turn: number): number => Math.floor((count + (turn % names.length)) / names.length)

function readingsOf(each: readonly Counts[]): Readonly<Record<string, Reading>> {
  const reading = (of: (counts: Counts) => number): Reading => ({
    kind: 'values',
    values: each.map((counts, index): SeriesValue => ({ series: names[index] ?? '', value: of(counts) })),
  })
  return {
    'requests.canary': reading(({ canary }) => canary.requests),
    'requests.stable': reading(({ stable }) => stable.requests),
    'bad.canary': reading(({ canary }) => canary.errors),
    'bad.stable': reading(({ stable }) => stable.errors),
  }
}
