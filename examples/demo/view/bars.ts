import { dim, type Line, span, strong, type Tone, words } from '../../../cli/view/spans.ts'
import type { Answers, VersionAnswers } from '../flow.ts'
import { isBad } from '../flow.ts'
import { percentText } from '../promises.ts'

/** What the requests of some time were answered by: a bar for each version, in their order. */
export function shareBars({ versions }: Pick<Answers, 'versions'>, columns: number): readonly Line[] {
  const named = Object.entries(versions).filter(([version]) => version !== 'none')
  const all = named.reduce((sum, [, { answers }]) => sum + answers, 0)
  const nameWidth = Math.max(6, ...named.map(([version]) => version.length))
  const width = Math.max(10, Math.min(40, columns - nameWidth - 26))
  return named
    .toSorted(([a], [b]) => byVersion(a, b))
    .map(([version, tally]) => bar(version, tally, { all, width, nameWidth }))
}

export const byVersion = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })

interface Scale {
  readonly all: number
  readonly width: number
  readonly nameWidth: number
}

function bar(version: string, { answers, errors }: VersionAnswers, { all, width, nameWidth }: Scale): Line {
  const filled = all === 0 ? 0 : Math.round((width * answers) / all)
  const figures = words(
    percentText(answers, all).padStart(7),
    errors === 0 ? undefined : span(`${percentText(errors, answers)} errors`, 'bad'),
  )
  return [
    strong(`${version.padEnd(nameWidth)} `),
    span('█'.repeat(filled), toneOf(version)),
    dim('░'.repeat(width - filled)),
    ...figures,
  ]
}

/** Versions in turn in two colours, so that a new one is another than the old; a bad one is red. */
export function toneOf(version: string): Tone {
  if (isBad(version)) return 'bad'
  return Number(/\d+/.exec(version)?.[0] ?? 0) % 2 === 0 ? 'good' : 'accent'
}
