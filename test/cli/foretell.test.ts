import { describe, expect, it } from 'vitest'
import { foretell, type Prospect } from '../../cli/foretell.ts'
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
})
