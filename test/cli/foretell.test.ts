import { describe, expect, it } from 'vitest'
import { foretell, type Prospect } from '../../cli/foretell.ts'
import { forecastTree } from '../../cli/view/forecast.ts'
import { plainLines } from '../../cli/view/tree.ts'
import { useNamed } from './analysis-builders.ts'
import { approvalStep, pauseStep, specOf } from './builders.ts'

const prospect = (part: Partial<Prospect['workload']> = {}, at?: number): Prospect => ({
  spec: specOf(approvalStep(20), pauseStep(50, 60_000)),
  workload: { replicas: 10, maxSurge: '25%', ...part },
  services: ['web'],
  drainMs: 10_000,
  ...(at === undefined ? {} : { at }),
})

describe('foretelling a release', () => {
  it('says the pods that each weight takes', () => {
    expect(foretell(prospect()).steps.map(({ weight, pods }) => [weight, pods])).toEqual([
      [20, 2],
      [50, 5],
    ])
    expect(foretell(prospect({ replicas: 3 })).steps.map(({ pods }) => pods)).toEqual([1, 2])
  })
  it('marks where a release under way is', () => {
    expect(foretell(prospect({}, 2)).steps.map(({ mark }) => mark)).toEqual(['done', 'current'])
  })
  it('counts a full second set and the surge of the roll as the peak', () => {
    expect(foretell(prospect()).peak).toEqual({ extraPods: 13, when: 'during promotion' })
  })
  it('sees a step that takes more than promotion', () => {
    const spec = specOf({ weight: 10, replicas: { kind: 'count', count: 30 }, gates: [] })
    expect(foretell({ ...prospect(), spec }).peak).toEqual({ extraPods: 30, when: 'during the steps' })
  })
  it('says what callers inside the cluster meet', () => {
    expect(foretell(prospect()).notes.join()).toContain(
      'Service web directly stay on the old version during the steps, and meet an ordinary rolling update',
    )
  })
  it('says when pods of a step carry more than their share', () => {
    const spec = specOf({ weight: 50, replicas: { kind: 'count', count: 1 }, gates: [] })
    expect(foretell({ ...prospect(), spec }).notes.join()).toContain('step 1 sends 50 % to 1 of 10 pods')
  })
  it('says beforehand what would stop promotion', () => {
    expect(foretell(prospect({ canReachZero: 'it is Recreate' })).notes.join()).toContain(
      'stop before promotion: it is Recreate',
    )
  })
  it('says what each analysis leads to, in its step, beside the steps and before promotion', () => {
    const steps = specOf({ weight: 20, gates: [{ kind: 'analysis', use: useNamed('errors') }] })
    const canary = {
      ...steps.strategy.canary,
      analysis: [useNamed('kubernetes', { kind: 'BuiltIn', atDeadline: 'goOn' })],
      beforePromotion: [useNamed('last', { atDeadline: 'rollBack', deadlineMs: 120_000 })],
    }
    const forecast = foretell({ ...prospect(), spec: { ...steps, strategy: { canary } } })
    const lines = plainLines(forecastTree(forecast, { name: 'web', namespace: 'shop', now: 'now' }, []))
    expect(lines).toEqual(
      expect.arrayContaining([
        'steps.1: ○ 1 20 % on 2 pods then analysis errors (without a verdict after 10m it asks a person)',
        'analysis: kubernetes watches from the first split until the workload is updated; without a verdict after 10m it goes on',
        'before: last must pass while the copy carries everything, before the workload is updated; without a verdict after 2m it rolls back',
      ]),
    )
    expect(lines.join()).toContain('an analysis that fails rolls back at once')
  })
})
