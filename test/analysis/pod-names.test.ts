import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { longestToldApart, podNamesOf } from '../../analysis/pod-names.ts'
import { canaryName } from '../../api/canary-name.ts'

const letters = Array.from('bcdfghjklmnpqrstvwxz2456789')
const some = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...letters), minLength: min, maxLength: max })
const anyName = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,80}[a-z0-9])?$/)
/** As the API server makes it: the name of the ReplicaSet, a dash, cut; five letters. */
const podOf = (deployment: string, hash: string, suffix: string) => `${`${deployment}-${hash}-`.slice(0, 58)}${suffix}`
const matches = (deployment: string, pod: string) => new RegExp(`^(?:${podNamesOf(deployment)})$`).test(pod)

describe('the pattern of the names of pods', () => {
  it('matches every pod of its Deployment, however long the name', () => {
    fc.assert(
      fc.property(anyName, some(1, 10), some(5, 5), (name, hash, suffix) => {
        expect(matches(name, podOf(name, hash, suffix))).toBe(true)
      }),
    )
  })

  it('never matches a pod of the other side', () => {
    const shortName = anyName.filter((name) => name.length <= longestToldApart)
    fc.assert(
      fc.property(shortName, some(1, 10), some(5, 5), (name, hash, suffix) => {
        expect(matches(name, podOf(canaryName(name), hash, suffix))).toBe(false)
        expect(matches(canaryName(name), podOf(name, hash, suffix))).toBe(false)
      }),
      { numRuns: 1_000 },
    )
  })

  it('matches no other pods whose names begin in the same way', () => {
    for (const pod of [
      'shop-migrate-x7k2p',
      'shop-0',
      'shop-7d9f8c-abcde-x7k2p',
      'shop-api-7d9f8c-x7k2p',
      'xshop-7d9f8c-x7k2p',
    ]) {
      expect(matches('shop', pod)).toBe(false)
    }
    expect(matches('a.b', 'axb-7d9f8c-x7k2p')).toBe(false)
  })
})
