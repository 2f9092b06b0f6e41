import type { Cell, Noise } from './release.ts'

export const bases = [0, 0.002, 0.01, 0.05] as const
export const traffics = [10, 30, 300, 3000] as const
export const faults = [0.01, 0.05, 0.5] as const
/** Half a minute into the second step. */
export const lateTick = 63

const cell = (noise: Noise, base: number, perMinute: number, worseBy = 0, worseFromTick = 0): Cell => ({
  noise,
  base,
  perMinute,
  worseBy,
  worseFromTick,
})
const each = (of: (base: number, perMinute: number) => Cell): readonly Cell[] =>
  bases.flatMap((base) => traffics.map((perMinute) => of(base, perMinute)))

export const healthyCells = (noise: Noise): readonly Cell[] => each((base, perMinute) => cell(noise, base, perMinute))
export const faultyCells = (worseBy: number): readonly Cell[] =>
  each((base, perMinute) => cell('independent', base, perMinute, worseBy))
export const lateCells = (worseBy: number): readonly Cell[] =>
  each((base, perMinute) => cell('independent', base, perMinute, worseBy, lateTick))

export const sharing = 4
export const sharedCells = (worseBy: number): readonly Cell[] =>
  faultyCells(worseBy).map((one) => ({ ...one, tests: sharing }))
/** Of `worseBy` 0 after a bad canary, otherwise after a good one: what would mislead. */
export const missingCells = (worseBy: number): readonly Cell[] =>
  (worseBy === 0 ? healthyCells('independent') : faultyCells(worseBy))
    .filter(({ perMinute }) => perMinute >= 300)
    .map((one) => ({ ...one, missing: worseBy === 0 ? 'a bad canary' : 'a good canary' }))

/** The noises that a goal is about. */
export const goalNoises = ['independent', 'clumped', 'shared failure'] as const

export const allCells: readonly Cell[] = [
  ...goalNoises.flatMap(healthyCells),
  ...healthyCells('heavily clumped'),
  ...faults.flatMap(faultyCells),
  ...lateCells(0.05),
  ...sharedCells(0.05),
  ...missingCells(0),
  ...missingCells(0.01),
]
