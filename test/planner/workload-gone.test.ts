import { describe, expect, it } from 'vitest'
import { pass, settle, upgrade, type World, world } from '../builders/world.ts'

describe('a workload that is uninstalled while its Rollout stays', () => {
  it.each([
    ['with nothing to release', false],
    ['in the middle of a release', true],
  ])(
    '%s, leaves nothing of ours behind: a template that was kept for it is of no use to the next',
    (_title, midway) => {
      const w = world()
      settle(w)
      if (midway) {
        upgrade(w, 'v2')
        pass(w, 1000)
      }
      expect(w.copy !== undefined).toBe(midway)
      w.workload = undefined
      settle(w)
      pass(w, 20_000)
      expect(w).toMatchObject({ copy: undefined, service: false, route: { registered: false } })
      expect(w.templates).toEqual({})
      expect(w.rollout.status).toMatchObject({ phase: 'Pending', waiting: { reason: 'WorkloadNotFound' } })
    },
  )

  it('is not accepted: the condition names it, the field and the next step, and is over when it is there', () => {
    const w = world()
    const { workload } = w
    w.workload = undefined
    settle(w)
    expect(accepted(w)).toMatchObject({
      status: 'False',
      reason: 'WorkloadNotFound',
      message: expect.stringMatching(/^Deployment prod\/shop \(spec\.workloadRef\) does not exist; install it/),
    })
    w.workload = workload
    settle(w)
    expect(accepted(w)).toMatchObject({ status: 'True' })
  })
})

const accepted = (w: World) => w.rollout.status?.conditions.find(({ type }) => type === 'Accepted')
