import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyPodLabels } from '../../rollout-controller/workload/own-labels.ts'
import { labelSelectorOf, matches, type NamedSelector } from '../../rollout-controller/workload/selectors.ts'
import { describeInseparable, separateLabels } from '../../rollout-controller/workload/separate.ts'

const named = (owner: string, selector: unknown): NamedSelector => ({
  owner,
  field: 'spec.selector',
  selector: labelSelectorOf(selector),
})
const byLabels = (owner: string, matchLabels: Readonly<Record<string, string>>) => named(owner, { matchLabels })
const validLabelValue = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/
const changedOf = (labels: Readonly<Record<string, string>>, selectors: readonly NamedSelector[]) => {
  const result = separateLabels(labels, selectors)
  return result.kind === 'ok' ? result.changed : result
}

describe('separating the copy’s labels', () => {
  it('changes nothing that no selector looks at', () => {
    expect(changedOf({ app: 'web', version: 'v2' }, [byLabels('Deployment shop/web', { app: 'web' })])).toEqual({
      app: 'web-canary',
    })
  })

  it('prefers the one label that all selectors name', () => {
    const selectors = [
      byLabels('Deployment shop/web', { app: 'web', part: 'front' }),
      byLabels('Service shop/web', { part: 'front' }),
      byLabels('Service shop/front', { part: 'front', tier: 'x' }),
    ]
    expect(changedOf({ app: 'web', part: 'front', tier: 'x' }, selectors)).toEqual({ part: 'front-canary' })
  })

  it('changes as many labels as are needed', () => {
    const selectors = [byLabels('Deployment shop/web', { app: 'web' }), byLabels('Service shop/web', { tier: 'front' })]
    expect(changedOf({ app: 'web', tier: 'front' }, selectors)).toEqual({ app: 'web-canary', tier: 'front-canary' })
  })

  it('keeps away from a Service that looks for the value it would take first', () => {
    const selectors = [
      byLabels('Deployment shop/web', { app: 'web' }),
      byLabels('Service shop/web-canary', { app: 'web-canary' }),
    ]
    expect(changedOf({ app: 'web' }, selectors)).toEqual({ app: 'web-sluice-canary' })
  })

  it('does not fall for NotIn: the changed value may be what it waits for', () => {
    const selectors = [
      byLabels('Deployment shop/web', { app: 'web', tier: 'front' }),
      named('Service shop/others', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }),
    ]
    expect(changedOf({ app: 'web', tier: 'front' }, selectors)).toEqual({ tier: 'front-canary' })
  })

  it('keeps a long value within 63 characters, and different', () => {
    const long = `${'a'.repeat(56)}-canary`
    expect(changedOf({ app: 'a'.repeat(63) }, [byLabels('d', { app: 'a'.repeat(63) })])).toEqual({ app: long })
    expect(changedOf({ app: long }, [byLabels('d', { app: long })])).not.toEqual({ app: long })
  })

  it('gives an empty value a valid one', () => {
    expect(changedOf({ app: '' }, [byLabels('d', { app: '' })])).toEqual({ app: 'canary' })
  })

  it('says which selector of which object stands in the way', () => {
    const everything = named('Service shop/any', { matchExpressions: [{ key: 'app', operator: 'Exists', values: [] }] })
    const result = separateLabels({ app: 'web' }, [everything])
    expect(result).toEqual({ kind: 'problem', selector: everything })
    expect(describeInseparable('Deployment shop/web', everything)).toBe(
      'Service shop/any: spec.selector (app Exists) would match the canary pods of Deployment shop/web whatever values their labels are given',
    )
  })
})

describe('for any labels and selectors', () => {
  const key = fc.constantFrom('app', 'tier', 'part', 'app.kubernetes.io/name')
  const value = fc.constantFrom('', 'web', 'front', 'web-canary', 'web-sluice-canary', 'x'.repeat(63))
  const labels = fc.dictionary(key, value, { minKeys: 1 })
  const expression = fc.record({
    key,
    operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
    values: fc.array(value, { maxLength: 3 }),
  })
  const selector = fc
    .record({ matchLabels: fc.dictionary(key, value), matchExpressions: fc.array(expression, { maxLength: 2 }) })
    .map((raw) => named('Service shop/any', raw))

  it('either there is a problem, or no selector matches the copy’s pods and the copy’s own does', () => {
    fc.assert(
      fc.property(labels, fc.array(selector, { maxLength: 6 }), (podLabels, selectors) => {
        const own = copyPodLabels('web-canary', 'uid-1')
        const result = separateLabels(podLabels, selectors, own)
        const born = { ...podLabels, ...(result.kind === 'ok' ? result.changed : {}), ...own }
        const matching = selectors.filter((one) => result.kind === 'ok' && matches(one.selector, born))
        expect(matching).toEqual([])
        expect(result.kind === 'ok' || selectors.includes(result.selector)).toBe(true)
        expect(matches({ matchLabels: own, expressions: [] }, born)).toBe(true)
        for (const one of Object.values(born)) expect(one).toMatch(validLabelValue)
      }),
      { numRuns: 3000 },
    )
  })

  it('selectors by equality alone are always got rid of, as long as each names a label of the pods', () => {
    const equality = fc
      .dictionary(key, value, { minKeys: 1 })
      .map((matchLabels) => byLabels('Service shop/any', matchLabels))
    fc.assert(
      fc.property(labels, fc.array(equality, { maxLength: 4 }), (podLabels, selectors) => {
        expect(separateLabels(podLabels, selectors).kind).toBe('ok')
      }),
      { numRuns: 3000 },
    )
  })
})
