import {
  bases,
  faults,
  faultyCells,
  goalNoises,
  healthyCells,
  lateCells,
  missingCells,
  sharedCells,
  sharing,
} from './cells.ts'
import type { Results } from './crew.ts'
import { nameOf, type Outcome, type Outcomes } from './play.ts'
import type { Cell } from './release.ts'
import { ruleNames } from './rules.ts'

/** The generated part of docs/judge.md. */
export function tableText(results: Results, runs: number): string {
  const of = (cell: Cell): Outcomes => {
    const outcomes = results.get(nameOf(cell))
    if (outcomes === undefined) throw new Error(`no result for ${nameOf(cell)}`)
    return outcomes
  }
  return [
    `${runs.toLocaleString('en')} releases a cell, each of 30 minutes with ten at 20, 50 and 90 %, and a look every ten seconds.`,
    ...goalsText(of),
    '### Healthy canaries: how many of 100 were rolled back',
    'The last two columns: of 100, at how many Sluice would say "not worse" at the end, and "not enough evidence".',
    ...goalNoises.flatMap((noise) => healthyText(`Errors: ${noise}`, healthyCells(noise), of)),
    '### Beyond the goals: errors that clump four times as much',
    ...healthyText('Errors: heavily clumped', healthyCells('heavily clumped'), of),
    '### Bad canaries: how many of 100 were caught, after how long, and how many requests they failed until then (medians)',
    'Sluice\'s last two columns: of 100, how many it said were "not worse" at some look, and how many ended as "not enough evidence".',
    ...faults.flatMap((worseBy) => faultyText(`${points(worseBy)} more errors`, faultyCells(worseBy), of)),
    '### Good for ten and a half minutes, then bad',
    'Time and requests since it is bad. Until then it was good, and Sluice said so, which for some looks still stands: "said not worse" is after the change.',
    ...faultyText(`${points(0.05)} more errors from then on`, lateCells(0.05), of),
    `### Bad canaries where ${sharing} metrics share the false alarms`,
    `The same canaries with ${points(0.05)} more errors as above, judged by one of ${sharing} metrics: it may be wrong about ${percentText(0.01 / sharing)} of the healthy releases.`,
    alone('caught', caughtOf, sharedCells(0.05), of),
    '### A gateway that comes back with the counts of another release',
    'Three gateways share the requests. One of them is not scraped when the analysis begins, and comes back at the second look. Healthy canaries, after a bad canary with 30 % errors on each gateway: how many of 100 were rolled back?',
    alone('rolled back', rolledBackOf, missingCells(0), of),
    `Canaries with ${points(0.01)} more errors, just the margin, after a good canary with a hundred times as many requests on each gateway: how many of 100 were caught, and how many said to be "not worse" at some look (5 may be)?`,
    alone('caught', caughtOf, missingCells(0.01), of),
  ].join('\n\n')
}

type Of = (cell: Cell) => Outcomes

function healthyText(title: string, cells: readonly Cell[], of: Of): readonly string[] {
  const rows = cells.map((cell) => {
    const outcomes = of(cell)
    const { sluice } = outcomes
    const rolledBack = ruleNames.map((name) => percent(outcomes[name].rolledBack.length, outcomes[name].runs))
    return [...keysOf(cell), ...rolledBack, percent(sluice.passed, sluice.runs), percent(unclear(sluice), sluice.runs)]
  })
  return [
    `**${title}**`,
    table([...keys, 'Sluice', 'success ≥ 99 %', 'success ≥ 95 %', 'z-test', 'not worse', 'not enough'], rows),
  ]
}

function faultyText(title: string, cells: readonly Cell[], of: Of): readonly string[] {
  const rows = cells.map((cell) => {
    const outcomes = of(cell)
    const { sluice } = outcomes
    const caught = ruleNames.map((name) => caughtOf(outcomes[name]))
    return [...keysOf(cell), ...caught, percent(sluice.everPassed, sluice.runs), percent(unclear(sluice), sluice.runs)]
  })
  return [
    `**${title}**`,
    table([...keys, 'Sluice', 'success ≥ 99 %', 'success ≥ 95 %', 'z-test', 'said not worse', 'not enough'], rows),
  ]
}

/** What the judge alone made of them. */
function alone(what: string, told: (outcome: Outcome) => string, cells: readonly Cell[], of: Of): string {
  const rows = cells.map((cell) => {
    const { sluice } = of(cell)
    const shares = [sluice.everPassed, unclear(sluice)].map((count) => percent(count, sluice.runs))
    return [...keysOf(cell), told(sluice), ...shares]
  })
  return table([...keys, what, 'said not worse', 'not enough'], rows)
}
const rolledBackOf = ({ rolledBack, runs }: Outcome): string => percent(rolledBack.length, runs)

function caughtOf({ rolledBack, runs }: Outcome): string {
  const caught = rolledBack.filter(({ seconds }) => seconds > 0)
  const early = rolledBack.length - caught.length
  const [seconds, bad] = mediansOf(caught)
  const text = caught.length === 0 ? '0' : `${percent(caught.length, runs)}: ${seconds} s, ${bad}`
  return early === 0 ? text : `${text} (${percent(early, runs)} while good)`
}

const goals = { falseRollbacks: 0.01, seconds: 30, bad: 20 }

function goalsText(of: Of): readonly string[] {
  const share = (cell: Cell) => of(cell).sluice.rolledBack.length / of(cell).sluice.runs
  const healthy = [...goalNoises.flatMap(healthyCells), ...missingCells(0)]
  const worst = healthy.reduce((one, other) => (share(other) > share(one) ? other : one))
  const starved = faultyCells(0.05).filter(({ perMinute }) => perMinute === 10)
  const guesses = Math.max(...starved.map((cell) => of(cell).sluice.everPassed / of(cell).sluice.runs))
  const falseRollbacks = `at most 1 % false rollbacks in every cell: **${word(share(worst) <= goals.falseRollbacks)}**, ${percentText(share(worst))} in the worst (${worst.noise}, base ${points(worst.base)}, ${worst.perMinute}/min)`
  return [
    '### Goals',
    [
      `- ${falseRollbacks}`,
      `- +5 points at 3,000/min within 30 s and 20 bad requests (medians): ${speedText(faultyCells(0.05), of)}`,
      `- the same where ${sharing} metrics share the false alarms: ${speedText(sharedCells(0.05), of)}`,
      `- no guess without evidence: of the canaries with +5 points at 10/min ${percentText(guesses)} at most were said not to be worse`,
    ].join('\n'),
  ]
}

function speedText(cells: readonly Cell[], of: Of): string {
  const catches = cells.filter(({ perMinute }) => perMinute === 3000)
  const speed = catches.map((cell, index) => {
    const [seconds, bad] = mediansOf(of(cell).sluice.rolledBack)
    return `base ${points(bases[index] ?? 0)} **${word(seconds <= goals.seconds && bad <= goals.bad)}** (${seconds} s, ${bad} bad)`
  })
  return speed.join(', ')
}

const word = (isMet: boolean): string => (isMet ? 'met' : 'missed')
const unclear = ({ runs, rolledBack, passed }: Outcome): number => runs - rolledBack.length - passed
const keys = ['base', 'req/min']
const keysOf = ({ base, perMinute }: Cell): readonly string[] => [points(base), perMinute.toLocaleString('en')]

function mediansOf(each: Outcome['rolledBack']): readonly [seconds: number, bad: number] {
  return [median(each.map(({ seconds }) => seconds)), median(each.map(({ bad }) => bad))]
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

const points = (rate: number): string => `${Number((rate * 100).toFixed(1))} %`
const percentText = (share: number): string => `${(share * 100).toFixed(2)} %`
const percent = (count: number, runs: number): string => String(Number(((count / runs) * 100).toFixed(2)))

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---:')), ...rows.map(line)].join('\n')
}
