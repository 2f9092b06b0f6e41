import { describe, expect, it } from 'vitest'
import type { Answer, PodFacts } from '../../../analysis/provider.ts'
import { kubernetes } from '../../../analysis/providers/kubernetes.ts'
import { describeMetricProvider, jsonAnswer } from '../../contracts/metric-provider.ts'

const source = { kind: 'kubernetes' } as const
const pod = (facts: Partial<PodFacts> = {}): PodFacts => ({
  name: 'web-canary-1',
  ready: true,
  terminating: false,
  restarts: 0,
  oomKilled: false,
  ...facts,
})
const pods = (...canary: readonly Partial<PodFacts>[]): Answer => ({ kind: 'pods', canary: canary.map(pod) })

describeMetricProvider('kubernetes', {
  provider: kubernetes,
  source,
  question: 'restarts',
  wellFormed: [
    { answer: pods({}), values: [{ series: 'restarts', value: 0 }] },
    { answer: pods({ restarts: 2 }, { restarts: 3 }), values: [{ series: 'restarts', value: 5 }] },
  ],
  malformed: [jsonAnswer({ restarts: 1 }), { kind: 'http', status: 200, contentType: '', body: '' }],
  nothing: [pods()],
})

describe('what the cluster knows', () => {
  const canary = pods(
    { restarts: 1 },
    { ready: false, oomKilled: true },
    { ready: false, restarts: 4, oomKilled: true, terminating: true },
  )

  it.each([
    ['restarts', 5],
    ['oom-kills', 2],
    ['unready', 1],
    ['pods', 2],
  ])('%s: a pod that is going counts for what happened in it, not for being there', (question, value) => {
    expect(kubernetes.check(source, question)).toBeUndefined()
    expect(kubernetes.read(source, question, canary)).toEqual({ kind: 'values', values: [{ series: question, value }] })
  })

  it('never calls pods ready that are all going', () => {
    const going = pods({ terminating: true })
    expect(kubernetes.read(source, 'unready', going).kind).toBe('empty')
    expect(kubernetes.read(source, 'pods', going)).toEqual({ kind: 'values', values: [{ series: 'pods', value: 0 }] })
  })

  it('is asked by the names of the facts, and by no others', () => {
    expect(kubernetes.check(source, 'crashes')).toBe('is none of restarts, oom-kills, unready, pods')
    expect(kubernetes.ask(source, 'crashes', 0, undefined).kind).toBe('impossible')
    expect(kubernetes.ask(source, 'pods', 0, undefined)).toEqual({ kind: 'pods', fact: 'pods' })
  })
})
