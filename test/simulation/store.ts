import type { Measure, Reading } from '../../analysis/measurement.ts'
import { unanswered } from '../../analysis/unanswered.ts'
import type { Clock } from '../../api/clock.ts'
import type { Dice } from './dice.ts'
import type { StoreFate, Story } from './story.ts'

/** The metric store of a story, as one process reaches it. */
export function storeOf({ shop, pace }: Story, clock: Clock, dice: Dice): Measure {
  const fate = shop.analysis?.store ?? 'away'
  return async (request) => {
    await new Promise<void>((resolve) => clock.setTimer(pace.callMs * (1 + 20 * dice.next()), resolve))
    const reading = readingOf(fate, dice)
    if (reading.kind === 'away') return unanswered(request, reading.why)
    const readings = Object.keys(request.questions).map((name) => [name, reading] as const)
    return { id: request.id, atMs: request.atMs, readings: Object.fromEntries(readings) }
  }
}

function readingOf(fate: StoreFate, dice: Dice): Reading {
  switch (fate) {
    case 'good':
      return reads(1)
    case 'bad':
      return reads(0.5)
    case 'empty':
      return { kind: 'empty', what: 'an empty vector' }
    case 'away':
      return { kind: 'away', why: 'connection refused' }
    case 'unsteady':
      return dice.weighted<Reading>([
        [reads(1), 3],
        [{ kind: 'empty', what: 'an empty vector' }, 1],
        [{ kind: 'away', why: 'it did not answer in time' }, 1],
      ])
    default:
      return fate satisfies never
  }
}

const reads = (value: number): Reading => ({ kind: 'values', values: [{ series: '{}', value }] })
