import { type Cell, release, tickMs } from './release.ts'
import { type Rule, type RuleName, ruleNames, rules } from './rules.ts'

/** What one rule did in many releases of one kind. */
export interface Outcome {
  /** Of each release that it rolled back: after how many seconds, and how many requests the canary had failed. */
  readonly rolledBack: { readonly seconds: number; readonly bad: number }[]
  /** Of the others: those that it would let pass at the end. */
  passed: number
  /** It would have let it pass at some moment, and before it rolled it back. */
  passedBefore: number
}
export type Outcomes = Readonly<Record<RuleName, Outcome>>

/** Plays releases `from` up to `from + runs` of a kind; each rule looks at the same ones. */
export function play(cell: Cell, from: number, runs: number): Outcomes {
  const outcomes = noOutcomes()
  for (let run = from; run < from + runs; run++) playOne(cell, `${nameOf(cell)}/${run}`, outcomes)
  return outcomes
}

export const nameOf = ({ noise, base, perMinute, worseBy }: Cell): string => `${noise}/${base}/${perMinute}/${worseBy}`

export const noOutcomes = (): Outcomes => ({ sluice: none(), flagger: none(), argo: none(), zTest: none() })
const none = (): Outcome => ({ rolledBack: [], passed: 0, passedBefore: 0 })

export function joined(one: Outcomes, other: Outcomes): Outcomes {
  const join = (name: RuleName): Outcome => ({
    rolledBack: [...one[name].rolledBack, ...other[name].rolledBack],
    passed: one[name].passed + other[name].passed,
    passedBefore: one[name].passedBefore + other[name].passedBefore,
  })
  return { sluice: join('sluice'), flagger: join('flagger'), argo: join('argo'), zTest: join('zTest') }
}

interface Player {
  readonly rule: Rule
  readonly outcome: Outcome
  passes: boolean
  hasPassed: boolean
}

function playOne(cell: Cell, seed: string, outcomes: Outcomes): void {
  let players = ruleNames.map(
    (name): Player => ({ rule: rules[name](), outcome: outcomes[name], passes: false, hasPassed: false }),
  )
  let bad = 0
  let seconds = 0
  for (const counts of release(cell, seed)) {
    bad += counts.canary.errors
    seconds += tickMs / 1000
    players = players.filter((player) => {
      const opinion = player.rule.look(counts)
      player.passes = opinion === 'pass'
      if (opinion === 'rollBack') player.outcome.rolledBack.push({ seconds, bad })
      if (player.passes && !player.hasPassed) {
        player.hasPassed = true
        player.outcome.passedBefore++
      }
      return opinion !== 'rollBack'
    })
    if (players.length === 0) return
  }
  for (const { passes, outcome } of players) if (passes) outcome.passed++
}
