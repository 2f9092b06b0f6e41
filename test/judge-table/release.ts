import type { Counts, SideCounts } from '../../analysis/evidence/counts.ts'
import { createDice, type Dice } from '../simulation/dice.ts'
import { binomial, clumpedRate, poisson } from './chance.ts'

/** What kind of errors a service has: each by itself; in clumps; or, for five minutes, those of something both sides need. */
export const noises = ['independent', 'clumped', 'shared failure'] as const
export type Noise = (typeof noises)[number]

/** One kind of release. Rates from 0 to 1. */
export interface Cell {
  readonly noise: Noise
  readonly base: number
  readonly perMinute: number
  /** What the canary's error rate is higher by. */
  readonly worseBy: number
}

export const tickMs = 10_000
/** 30 minutes, ten at each of 20, 50 and 90 %. */
export const ticksOfRelease = 180
const weights = [0.2, 0.5, 0.9]
/** Of the requests of one side in one tick; the rate differs from tick to tick, and between the sides. */
const correlation = Number(process.env["RHO"] ?? 0.005)
const failure = { ticks: 30, least: 0.1, most: 0.5 }

/** What a release of this kind counts, tick by tick; the same for the same seed. */
export function* release(cell: Cell, seed: string, lateTicks = Number(process.env["LATE"] ?? 0)): Generator<Counts> {
  const dice = createDice(seed)
  const failsFrom = dice.next() * (ticksOfRelease - failure.ticks)
  for (let tick = 0; tick < ticksOfRelease; tick++) {
    const weight = weights[Math.floor((tick * weights.length) / ticksOfRelease)] ?? 0
    const extra = cell.noise === 'shared failure' ? sharedFailure(dice, tick - failsFrom) : 0
    const perTick = (cell.perMinute * tickMs) / 60_000
    const stableRate = cell.base + extra
    yield {
      canary: side(dice, cell, perTick * weight, stableRate + (tick < lateTicks ? 0 : cell.worseBy)),
      stable: side(dice, cell, perTick * (1 - weight), stableRate),
    }
  }
}

function side(dice: Dice, { noise }: Cell, expected: number, rate: number): SideCounts {
  const requests = poisson(dice, expected)
  const now = noise === 'clumped' ? clumpedRate(dice, rate, correlation) : rate
  return { requests, errors: binomial(dice, requests, now) }
}

/** Where it begins or ends within the tick, its share of the tick. */
function sharedFailure(dice: Dice, ticksSince: number): number {
  const share = Math.max(0, Math.min(1, ticksSince + 1, failure.ticks - ticksSince))
  return share * (failure.least + dice.next() * (failure.most - failure.least))
}
