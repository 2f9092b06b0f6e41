/** Chance that a seed decides: the same seed, the same throws, on every machine and version of Node. */
export interface Dice {
  /** From 0 up to, but not including, 1. */
  next(): number
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number
  /** True in `share` of all throws, 0 to 1. */
  chance(share: number): boolean
  pick<T>(from: readonly [T, ...T[]]): T
  /** By weight: `[['often', 9], ['seldom', 1]]`. */
  weighted<T>(from: readonly (readonly [T, number])[]): T
  /** Dice of their own, so that what is thrown here changes nothing there. */
  fork(name: string): Dice
}

/** sfc32 by Chris Doty-Humphrey (PractRand), seeded through FNV-1a. */
export function createDice(seed: string): Dice {
  let [a, b, c, counter] = [hash(`${seed}/a`), hash(`${seed}/b`), hash(`${seed}/c`), 1]
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 4_294_967_296
  }
  for (let round = 0; round < 12; round++) next()
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    between,
    chance: (share) => next() < share,
    pick: (from) => from[between(0, from.length - 1)] ?? from[0],
    weighted: (from) => byWeight(from, next()),
    fork: (name) => createDice(`${seed}/${name}`),
  }
}

function byWeight<T>(from: readonly (readonly [T, number])[], throwOf: number): T {
  let left = throwOf * from.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [value, weight] of from) {
    left -= weight
    if (left < 0) return value
  }
  const last = from.at(-1)
  if (last === undefined) throw new Error('nothing to choose from')
  return last[0]
}

function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return value >>> 0
}
