import { formatDuration } from '../../api/duration.ts'
import type { WhatIf } from '../simulate/course.ts'
import type { Outcome } from '../simulate/outcome.ts'
import { dim, type Line, type Span, span, words } from './spans.ts'

/** One row of the second table: where, what goes wrong, and what comes of it. */
export function outcomeRow(outcome: Outcome): readonly Line[] {
  const where = outcome.at === 'promotion' ? 'Rolling' : `step ${outcome.at}`
  return [words(where), words(ifTexts[outcome.if]), thenLine(outcome)]
}

const ifTexts: Readonly<Record<WhatIf['kind'], string>> = {
  'never-ready': 'pods are never ready',
  crash: 'all new pods crash',
  rollback: 'a person rolls back',
  'no-approval': 'nobody approves',
}

function thenLine(outcome: Outcome): Line {
  const { ending } = outcome
  switch (ending.kind) {
    case 'promoted':
      return words('too late: it is promoted')
    case 'waits':
      return waitsLine(outcome, ending.waiting)
    case 'rolled-back':
      return rolledBackLine(outcome)
    default:
      return ending satisfies never
  }
}

function waitsLine({ share, ...outcome }: Outcome, waiting: { readonly message: string; readonly next: string }): Line {
  if (outcome.if === 'no-approval') return words(span('waits for ever', 'warn'), `with ${share} % on the new version`)
  return words(span(`${waiting.message};`, 'warn'), waiting.next)
}

function rolledBackLine(outcome: Outcome): Line {
  const { rollsBackMs = 0, trafficBackMs = 0, overMs = 0 } = outcome
  const gone = dim(`copy gone after ${formatDuration(overMs)}`)
  switch (outcome.if) {
    case 'rollback': {
      const when = trafficBackMs === 0 ? 'at once' : `after ${formatDuration(trafficBackMs)}`
      return words(span(`old version has all traffic ${when};`, 'good'), gone)
    }
    case 'no-approval':
      return words(`rolls back at the gate's timeout, after ${formatDuration(rollsBackMs)};`, gone)
    case 'never-ready':
    case 'crash':
      return words(lostSpan(outcome), `rolls back at the progressDeadline, after ${formatDuration(rollsBackMs)};`, gone)
    default:
      return outcome.if satisfies never
  }
}

function lostSpan({ unanswered }: Outcome): Span {
  if (unanswered === undefined) return span('no request meets them;', 'good')
  return span(
    `${unanswered.percent} % of the requests find no ready pod for ${formatDuration(unanswered.forMs)};`,
    'bad',
  )
}
