import { describe, expect, it } from 'vitest'
import { findingsOf } from '../../cli/lint.ts'
import { look, world } from '../builders/world.ts'

const messages = (drainMs?: number) => {
  const w = world()
  const traffic = [{ kind: 'ingress', name: 'shop', ...(drainMs !== undefined && { drainMs }) }] as const
  w.rollout.spec = { ...w.rollout.spec, traffic }
  return findingsOf(look(w), false).map(({ severity, message }) => `${severity}: ${message}`)
}

describe('lint', () => {
  it('warns of a drain that is shorter than a gateway may need to follow', () => {
    expect(messages(3_000)).toEqual([expect.stringMatching(/^warning: spec\.traffic: ingress shop drains for less/)])
  })
  it('finds nothing against the default drain, or a longer one', () => {
    expect([messages(), messages(30_000)]).toEqual([[], []])
  })
})
