const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const
/** A measurement without a number. */
const gap = '·'

/** A block for each value, oldest first. `leastSpread`: values that differ by less are not drawn as if it mattered. */
export function sparkline(values: readonly (number | undefined)[], leastSpread = 0): string {
  const known = values.filter(isNumber)
  const low = Math.min(...known)
  const spread = Math.max(Math.max(...known) - low, leastSpread)
  return values.map((value) => (isNumber(value) ? blockAt(spread === 0 ? 0 : (value - low) / spread) : gap)).join('')
}

const isNumber = (value: number | undefined): value is number => Number.isFinite(value)

const blockAt = (share: number): string => blocks[Math.min(blocks.length - 1, Math.floor(share * blocks.length))] ?? gap
