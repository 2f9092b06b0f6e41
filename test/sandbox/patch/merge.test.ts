import { describe, expect, it } from 'vitest'
import { objectOf } from '../../../api/json.ts'
import { mergePatch } from '../../../sandbox/patch/merge.ts'
import { deploymentWith } from '../../builders/deployment.ts'

describe('a merge patch', () => {
  it.each([
    { live: { a: 'b' }, patch: { a: 'c' }, result: { a: 'c' } },
    { live: { a: 'b' }, patch: { b: 'c' }, result: { a: 'b', b: 'c' } },
    { live: { a: 'b', c: 1 }, patch: { a: null }, result: { c: 1 } },
    { live: { a: ['b'] }, patch: { a: 'c' }, result: { a: 'c' } },
    { live: { a: 'c' }, patch: { a: ['b'] }, result: { a: ['b'] } },
    { live: { a: { b: 'c' } }, patch: { a: { b: 'd', c: null } }, result: { a: { b: 'd' } } },
    { live: { a: [{ b: 'c' }] }, patch: { a: [1] }, result: { a: [1] } },
    { live: { e: null }, patch: { a: 1 }, result: { e: null, a: 1 } },
    { live: {}, patch: { a: { bb: { ccc: null } } }, result: { a: { bb: {} } } },
    { live: {}, patch: { env: [{ name: 'A', value: null }, null] }, result: { env: [{ name: 'A' }, null] } },
    { live: { labels: {} }, patch: { labels: { constructor: 'x' } }, result: { labels: { constructor: 'x' } } },
  ])('makes $result of $live by $patch', ({ live, patch, result }) => {
    expect(mergePatch(live, patch)).toStrictEqual(result)
  })

  it('is the very object where it changes nothing', () => {
    const live = deploymentWith()
    const same = { spec: { replicas: 4, template: { spec: { containers: [{ name: 'web', image: 'web:v1' }] } } } }
    expect(mergePatch(live, same)).toBe(live)
    expect(mergePatch(live, { spec: { paused: null } })).toBe(live)
  })

  it('shares what it leaves alone, and changes nothing in place', () => {
    const live = deploymentWith()
    const before = structuredClone(live)
    const patched = objectOf(mergePatch(live, { spec: { replicas: 3 } }))
    expect(objectOf(patched['spec'])['template']).toBe(objectOf(live['spec'])['template'])
    expect(patched['metadata']).toBe(live.metadata)
    expect(live).toEqual(before)
  })
})
