import { type Cell, release, tickMs } from './release.ts'
import { type Rule, type RuleName, rules, rulesOf } from './rules.ts'

/** What one rule did in many releases of one kind. */
export interface Outcome {
  readonly runs: number
  readonly rolledBack: readonly RolledBack[]
  /** Of the others: those that it would let pass at the end. */
  readonly passed: number
  /** Those that it would have let pass at some moment since they were worse, though it may have rolled them back later. */
  readonly everPassed: number
}

/** Both since the canary is worse; seconds up to 0: it was not yet. */
interface RolledBack {
  readonly seconds: number
  readonly bad: number
}
export type Outcomes = Readonly<Record<RuleName, Outcome>>

/** Plays releases `from` up to `from + runs` of a kind; each rule looks at the same ones. */
export function play(cell: Cell, from: number, runs: number): Outcomes {
  return joined(Array.from({ length: runs }, (_, run) => playOne(cell, `${kindOf(cell)}/${from + run}`)))
}

export const nameOf = (cell: Cell): string => `${kindOf(cell)}/${cell.tests ?? 1}/${cell.missing ?? ''}`

/** Releases of the same kind are the same, whatever they are judged by. */
const kindOf = ({ noise, base, perMinute, worseBy, worseFromTick }: Cell): string =>
  `${noise}/${base}/${perMinute}/${worseBy}/${worseFromTick}`

export function joined(parts: readonly Outcomes[]): Outcomes {
  const sum = (of: (part: Outcome) => number, name: RuleName) => parts.reduce((all, part) => all + of(part[name]), 0)
  const join = (name: RuleName): Outcome => ({
    runs: sum(({ runs }) => runs, name),
    rolledBack: parts.flatMap((part) => part[name].rolledBack),
    passed: sum(({ passed }) => passed, name),
    everPassed: sum(({ everPassed }) => everPassed, name),
  })
  return { sluice: join('sluice'), flagger: join('flagger'), argo: join('argo'), zTest: join('zTest') }
}

interface Player {
  readonly rule: Rule
  rolledBack?: RolledBack
  passes: boolean
  hasPassed: boolean
}

function playOne(cell: Cell, seed: string): Outcomes {
  const player = (name: RuleName): Player => ({ rule: rules[name](cell), passes: false, hasPassed: false })
  const players = { sluice: player('sluice'), flagger: player('flagger'), argo: player('argo'), zTest: player('zTest') }
  let bad = 0
  let seconds = (-cell.worseFromTick * tickMs) / 1000
  for (const counts of release(cell, seed)) {
    seconds += tickMs / 1000
    if (seconds > 0) bad += counts.canary.errors
    const looking = rulesOf(cell)
      .map((name) => players[name])
      .filter(({ rolledBack }) => rolledBack === undefined)
    if (looking.length === 0) break
    for (const one of looking) {
      const opinion = one.rule.look(counts)
      one.passes = opinion === 'pass'
      one.hasPassed ||= one.passes && seconds > 0
      if (opinion === 'rollBack') one.rolledBack = { seconds, bad }
    }
  }
  return {
    sluice: outcomeOf(players.sluice),
    flagger: outcomeOf(players.flagger),
    argo: outcomeOf(players.argo),
    zTest: outcomeOf(players.zTest),
  }
}

const outcomeOf = ({ rolledBack, passes, hasPassed }: Player): Outcome => ({
  runs: 1,
  rolledBack: rolledBack === undefined ? [] : [rolledBack],
  passed: passes ? 1 : 0,
  everPassed: hasPassed ? 1 : 0,
})
