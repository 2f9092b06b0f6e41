import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../../api/duration.ts'

describe('a duration', () => {
  it.each([
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['45s', 45_000],
    ['500ms', 500],
    ['0s', 0],
    ['8760h', 31_536_000_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each(['', '10', 'm', '-1m', '1.5h', '1 h', '10d', '8761h', `${'9'.repeat(40)}s`])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })

  it('is written so that it reads back the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 31_536_000_000 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms)
      }),
    )
  })

  it('is written short', () => {
    expect([5_400_000, 600_000, 61_000, 1_500, 0, -5].map(formatDuration)).toEqual([
      '1h30m',
      '10m',
      '1m1s',
      '1s500ms',
      '0s',
      '0s',
    ])
  })
})
