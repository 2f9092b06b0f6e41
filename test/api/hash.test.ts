import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, revisionOf, stepHashOf, stepsHashOf } from '../../api/hash.ts'

/** The same value with the keys of every object in the opposite order. */
function mirrored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mirrored)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, field]) => [key, mirrored(field)]),
  )
}

describe('a revision', () => {
  const template = { metadata: { labels: { app: 'shop' } }, spec: { containers: [{ name: 'web', image: 'shop:v1' }] } }

  it('is ten hexadecimal digits', () => {
    expect(revisionOf(template)).toMatch(/^[0-9a-f]{10}$/)
  })

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(revisionOf(mirrored(value))).toBe(revisionOf(value))
      }),
    )
  })

  it('does not depend on nulls, nor on the birthday that clients write into a template', () => {
    const metadata = { ...template.metadata, creationTimestamp: null, annotations: null }
    expect(revisionOf({ ...template, metadata })).toBe(revisionOf(template))
    const born = { ...template.metadata, creationTimestamp: '2026-11-01T00:00:00Z' }
    expect(revisionOf({ ...template, metadata: born })).toBe(revisionOf(template))
  })

  it('depends on everything else, the order of containers included', () => {
    const changed = { ...template, spec: { containers: [{ name: 'web', image: 'shop:v2' }] } }
    expect(revisionOf(changed)).not.toBe(revisionOf(template))
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]))
    expect(canonicalJson({ a: '1' })).not.toBe(canonicalJson({ a: 1 }))
  })

  it('is different for different JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value))
      }),
    )
  })
})

describe('the hash of a step', () => {
  it('changes with its weight and with its gates', () => {
    const step = { weight: 20, gates: [] }
    const edited = [
      { ...step, weight: 21 },
      { ...step, gates: [{ kind: 'approval' as const }] },
    ]
    expect(new Set([step, ...edited].map(stepHashOf)).size).toBe(3)
  })

  it('of a list changes with its order', () => {
    const [a, b] = [
      { weight: 20, gates: [] },
      { weight: 20, replicas: { kind: 'count' as const, count: 2 }, gates: [] },
    ]
    expect(stepsHashOf([a, b])).not.toBe(stepsHashOf([b, a]))
  })
})
