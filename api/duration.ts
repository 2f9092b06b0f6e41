const unitsMs = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const

/** How durations are written, for schemas: `10m`, `1h30m`, `500ms`. */
export const durationPattern = '^([0-9]{1,9}(h|ms|m|s))+$'
/** A year: longer ones are typing errors. */
export const longestDuration = '8760h'
const longestMs = 8_760 * unitsMs.h

/** Milliseconds of `10m`, `1h30m`, `45s`, `500ms`; undefined if it is no duration or longer than a year. */
export function parseDuration(text: string): number | undefined {
  if (text.length > 32 || !new RegExp(durationPattern).test(text)) return undefined
  const parts = text.matchAll(/(\d+)(h|ms|m|s)/g)
  const totalMs = [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * msOf(unit), 0)
  return totalMs <= longestMs ? totalMs : undefined
}

/** The shortest way to write it: `1h30m`, `45s`, `500ms`, `0s`. */
export function formatDuration(ms: number): string {
  let restMs = Math.max(0, Math.round(ms))
  const parts = Object.entries(unitsMs).map(([unit, unitMs]) => {
    const count = Math.floor(restMs / unitMs)
    restMs -= count * unitMs
    return count === 0 ? '' : `${count}${unit}`
  })
  return parts.join('') || '0s'
}

function msOf(unit: string | undefined): number {
  return unit === 'h' || unit === 'm' || unit === 's' ? unitsMs[unit] : unitsMs.ms
}
