import type { Counts, SideCounts } from '../../analysis/evidence/counts.ts'
import { createDice, type Dice } from '../simulation/dice.ts'
import { binomial, clumpedRate, poisson } from './chance.ts'
import type { History } from './gateways.ts'

/**
 * What kind of errors a service has: each by itself; in clumps, so that two requests of one side in the same ten seconds
 * fail together with a correlation of 0.005, or 0.02; or, for five minutes, those of something that both sides need.
 */
export const noises = ['independent', 'clumped', 'heavily clumped', 'shared failure'] as const
export type Noise = (typeof noises)[number]

/** One kind of release. Rates from 0 to 1. */
export interface Cell {
  readonly noise: Noise
  readonly base: number
  readonly perMinute: number
  /** What the canary's error rate is higher by. */
  readonly worseBy: number
  /** Since when it is; 0 from the start. */
  readonly worseFromTick: number
  /** So many metrics share the false alarms that may be: 1 if not said. */
  readonly tests?: number
  /** One of three gateways is not scraped at first, and still counts what was before this release: gateways.ts. */
  readonly missing?: History
}

export const tickMs = 10_000
/** 30 minutes, ten at each of 20, 50 and 90 %. */
export const ticksOfRelease = 180
const weights = [0.2, 0.5, 0.9]
const correlations: Readonly<Partial<Record<Noise, number>>> = { clumped: 0.005, 'heavily clumped': 0.02 }
/** At some time in the release; its rate is another one every tick. */
const failure = { ticks: 30, least: 0.1, most: 0.5 }

/** What a release of this kind counts, tick by tick; the same for the same seed. */
export function* release(cell: Cell, seed: string): Generator<Counts> {
  const dice = createDice(seed)
  const failsFrom = dice.next() * (ticksOfRelease - failure.ticks)
  for (let tick = 0; tick < ticksOfRelease; tick++) {
    const weight = weights[Math.floor((tick * weights.length) / ticksOfRelease)] ?? 0
    const perTick = (cell.perMinute * tickMs) / 60_000
    const rate = cell.base + (cell.noise === 'shared failure' ? sharedFailure(dice, tick - failsFrom) : 0)
    const worseBy = tick < cell.worseFromTick ? 0 : cell.worseBy
    yield {
      canary: side(dice, cell, perTick * weight, rate + worseBy),
      stable: side(dice, cell, perTick * (1 - weight), rate),
    }
  }
}

function side(dice: Dice, { noise }: Cell, expected: number, rate: number): SideCounts {
  const requests = poisson(dice, expected)
  return { requests, errors: binomial(dice, requests, clumpedRate(dice, rate, correlations[noise] ?? 0)) }
}

/** Where it begins or ends within the tick, its share of the tick. */
function sharedFailure(dice: Dice, ticksSince: number): number {
  const share = Math.max(0, Math.min(1, ticksSince + 1, failure.ticks - ticksSince))
  return share * (failure.least + dice.next() * (failure.most - failure.least))
}
