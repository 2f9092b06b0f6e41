import { type Counts, noCounts, plus, type SideCounts } from '../../analysis/evidence/counts.ts'
import { findingOf, noTally, type Tally, type Terms, tallied } from '../../analysis/evidence/judge-counts.ts'
import { canBeJudged, closed, emptyWindow, type Window, widened } from '../../analysis/evidence/window.ts'
import { gateways, type History } from './gateways.ts'
import type { Cell } from './release.ts'

/** Looks at a release every ten seconds, and says what it would do. */
export interface Rule {
  look(counts: Counts): Opinion
}
export type Opinion = 'rollBack' | 'pass' | 'undecided'

export const rules = {
  sluice: ({ tests = 1, missing }) => {
    const terms = { ratio: 1.1, margin: 0.01, falseAlarm: 0.01 / tests }
    return missing === undefined ? sluice(terms) : throughGateways(missing, terms)
  },
  flagger: () => everyMinute(flagger()),
  argo: () => everyMinute(argo()),
  zTest: () => everyMinute(zTest),
} satisfies Record<string, (cell: Cell) => Rule>
export type RuleName = keyof typeof rules
export const ruleNames: readonly RuleName[] = ['sluice', 'flagger', 'argo', 'zTest']
/** The others do not differ where only the judge is asked otherwise. */
export const rulesOf = ({ tests, missing }: Cell): readonly RuleName[] =>
  tests === undefined && missing === undefined ? ruleNames : ['sluice']

/** The judge itself, with its defaults. */
function sluice(terms: Terms): Rule {
  let tally: Tally = noTally
  let window: Window = emptyWindow
  return {
    look: ({ canary, stable }) => {
      window = widened(
        window,
        { requests: canary.requests, counted: canary.errors },
        { requests: stable.requests, counted: stable.errors },
      )
      if (canBeJudged(window)) {
        const { counts, left } = closed(window, 'errors')
        window = left
        tally = tallied(tally, counts, terms)
      }
      return opinions[findingOf(tally, terms)]
    },
  }
}
/** The judge, with the counters that it reads. */
function throughGateways(history: History, terms: Terms): Rule {
  const judge = gateways(history, terms)
  return { look: (counts) => said[judge(counts)] }
}
const said = { fail: 'rollBack', pass: 'pass', inconclusive: 'undecided' } as const
const opinions = { worse: 'rollBack', notWorse: 'pass', unclear: 'undecided', unwell: 'undecided' } as const

/** `request-success-rate` ≥ 99 % each minute, `threshold: 5` failed checks; a minute without requests fails, too. */
function flagger(): Look {
  let failed = 0
  return ({ canary }) => {
    if (canary.requests === 0 || 1 - canary.errors / canary.requests < 0.99) failed++
    return failed >= 5 ? 'rollBack' : 'undecided'
  }
}

/** `successCondition: result[0] >= 0.95`, `failureLimit: 3`, as in its documentation, each minute; NaN fails. */
function argo(): Look {
  let failed = 0
  return ({ canary }) => {
    if (!(1 - canary.errors / canary.requests >= 0.95)) failed++
    return failed > 3 ? 'rollBack' : 'undecided'
  }
}

/** Each minute by itself: is the canary's rate higher, one-sided at 1 %? */
function zTest({ canary, stable }: Counts): Opinion {
  if (canary.requests === 0 || stable.requests === 0) return 'undecided'
  const pooled = (canary.errors + stable.errors) / (canary.requests + stable.requests)
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / canary.requests + 1 / stable.requests))
  const z = (canary.errors / canary.requests - stable.errors / stable.requests) / deviation
  return z > 2.326 ? 'rollBack' : 'undecided'
}

type Look = (counts: Counts) => Opinion

function everyMinute(look: Look): Rule {
  let canary: SideCounts = noCounts
  let stable: SideCounts = noCounts
  let ticks = 0
  return {
    look: (counts) => {
      canary = plus(canary, counts.canary)
      stable = plus(stable, counts.stable)
      ticks++
      if (ticks % 6 !== 0) return 'undecided'
      const opinion = look({ canary, stable })
      canary = noCounts
      stable = noCounts
      return opinion
    },
  }
}
