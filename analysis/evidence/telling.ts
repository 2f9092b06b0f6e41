import type { Figures } from '../../api/analysis-run.ts'
import { dispersion } from './clumping.ts'
import { errorRate } from './counts.ts'
import { falsePass, type Tally, type Terms } from './judge-counts.ts'
import { logNotWorse, notWorsePerRequest } from './not-worse.ts'
import type { EvidenceState } from './state.ts'
import { ratesFelt } from './wellness.ts'
import { logWorse, worsePerRequest } from './worse.ts'

/** What a person wants to see of a tally. */
export function figuresOf(tally: Tally, terms: Terms): Figures {
  const { canary, stable } = tally.counted
  const [canaryRate, stableRate, needed] = [errorRate(canary), errorRate(stable), requestsNeeded(tally, terms)]
  return {
    ...(canaryRate !== undefined && { canary: canaryRate }),
    ...(stableRate !== undefined && { stable: stableRate }),
    margin: terms.margin,
    evidence: Math.min(1, Math.max(0, logWorse(tally.worse) / -Math.log(terms.falseAlarm))),
    requests: canary.requests,
    ...(needed !== undefined && { needed }),
  }
}

/**
 * How many more canary requests lead to the nearer verdict if both sides go on failing as they did, in the same
 * proportion; an estimate, rounded up to two digits. Undefined where none is in sight, 0 where it is there.
 */
export function requestsNeeded({ counted, worse, notWorse, clumping }: Tally, terms: Terms): number | undefined {
  const tempered = dispersion(clumping)
  const ways = [
    {
      left: -Math.log(terms.falseAlarm) - logWorse(worse),
      each: worsePerRequest(counted, { ratio: terms.ratio, clumping: tempered }),
    },
    { left: -Math.log(falsePass) - logNotWorse(notWorse), each: notWorsePerRequest(counted, terms.margin, tempered) },
  ]
  const needed = ways.flatMap(({ left, each }) => (left <= 0 ? [0] : each > 0 ? [left / each] : []))
  const least = Math.min(...needed)
  return least < 1e9 ? roundedUp(least) : undefined
}

function roundedUp(value: number): number {
  const step = 10 ** Math.max(0, Math.ceil(Math.log10(Math.max(1, value))) - 2)
  return Math.ceil(value / step) * step
}

export function verdictWhy(verdict: 'pass' | 'fail', tally: Tally, terms: Terms): string {
  const found =
    verdict === 'fail' ? 'the canary is worse' : `the canary is not worse by more than ${points(terms.margin)}`
  return `${found}: ${ratesOf(tally)}`
}

export function unwellWhy({ wellness }: Tally): string {
  const { now, usual } = ratesFelt(wellness)
  return `the service itself is unwell: stable fails ${percent(now)} of its requests, usually ${percent(usual)}`
}

/** It passed, but has been silent since. */
export function silentWhy({ tally, judgedAtMs }: Pick<EvidenceState, 'tally' | 'judgedAtMs'>): string {
  const since = judgedAtMs === undefined ? '' : ` since ${new Date(judgedAtMs).toISOString()}`
  return `no new requests${since}; until then ${ratesOf(tally)}`
}

/** `note`: why the last measurement brought nothing. */
export function unclearWhy(tally: Tally, terms: Terms, note: string | undefined): string {
  const needed = requestsNeeded(tally, terms)
  const more = needed === undefined ? 'no verdict is in sight' : `some ${needed} more canary requests are needed`
  const seen = tally.counted.canary.requests === 0 ? '' : `: ${ratesOf(tally)}`
  return `not enough evidence yet${seen}; ${note ?? more}`
}

function ratesOf({ counted: { canary, stable } }: Tally): string {
  const [one, other] = [percent(errorRate(canary) ?? 0), percent(errorRate(stable) ?? 0)]
  return `it failed ${one} of ${Math.round(canary.requests)} requests, stable ${other} of ${Math.round(stable.requests)}`
}

const percent = (rate: number): string => `${Number((rate * 100).toPrecision(2))} %`

function points(margin: number): string {
  const value = Number((margin * 100).toPrecision(3))
  return `${value} percentage point${value === 1 ? '' : 's'}`
}
