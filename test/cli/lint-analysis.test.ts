import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../api/kube-object.ts'
import { apiVersion } from '../../api/names.ts'
import { findingsOfAnalysis } from '../../cli/analysis/lint-analysis.ts'

const found = (metric: object, more: object = {}, kind = 'Analysis') => {
  const spec = { metrics: [{ name: 'errors', prometheus: {}, ...metric }], ...more }
  const object: KubeObject = { apiVersion, kind, metadata: { name: 'own' }, spec }
  return findingsOfAnalysis(object).map(({ severity, message }) => `${severity}: ${message}`)
}
const asking = (query: string, pass = 'value < 1') => ({ threshold: { query, pass } })

describe('lint of an analysis by itself', () => {
  it.each([
    ['braces that are not closed', asking('x{pod=~"{{ canary.pods"}'), '{{ is not closed with }}'],
    ['a name that there is not', asking('x{pod=~"{{ canary.pod }}"}'), 'there is no {{ canary.pod }}'],
    ['an argument that it does not declare', asking('x > {{ args.floor }}'), 'there is no {{ args.floor }}'],
    ['an expression that cannot be read', asking('x', 'value <'), 'pass "value <"'],
    ['an expression about something else', asking('x', 'result < 1'), 'it names result'],
  ])('finds %s', (_what, metric, words) => {
    expect(found(metric)).toEqual([expect.stringContaining(words)])
  })
  it('knows every name that a Rollout has', () => {
    const sides = ['pods', 'service', 'workload', 'revision'].flatMap((name) => [`stable.${name}`, `canary.${name}`])
    const names = ['rollout', 'namespace', 'workload', 'interval', 'route', ...sides]
    expect(found(asking(`x{${names.map((name, at) => `l${at}="{{ ${name} }}"`).join(',')}}`))).toEqual([])
  })

  const args = { args: [{ name: 'window' }, { name: 'floor' }, { name: 'span' }] }
  const query = 'rate(x[{{ args.window }}] offset {{ args.span }}) > {{ args.floor }}'
  it('holds nothing against arguments that only a Rollout gives', () => {
    expect(found(asking(query, 'value < {{ args.floor }}'), args)).toEqual([])
  })
  it('finds what is wrong behind such arguments', () => {
    expect(found(asking(`${query} + {{ canary.pod }}`), args)).toEqual([
      expect.stringContaining('there is no {{ canary.pod }}'),
    ])
    expect(found(asking(query, 'valu < {{ args.floor }}'), args)).toEqual([expect.stringContaining('it names valu')])
  })
  it('lets only a ClusterAnalysis choose the tenant', () => {
    const metric = { ...asking('x'), prometheus: { headers: [{ name: 'X-Scope-OrgID', value: 'a' }] } }
    expect(found(metric)).toEqual([expect.stringContaining('may not set headers')])
    expect(found(metric, {}, 'ClusterAnalysis')).toEqual([])
  })
})
