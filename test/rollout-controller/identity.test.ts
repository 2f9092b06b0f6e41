import { describe, expect, it } from 'vitest'
import { KubeError } from '../../kube/errors.ts'
import {
  isServiceAccount,
  requireInstalled,
  StartError,
  servesHold,
  serviceAccountTokens,
} from '../../rollout-controller/identity.ts'
import { createVirtualClock } from '../../sandbox/virtual-clock.ts'

const answering = (answer: (path: string) => unknown) => {
  const asked: string[] = []
  const request = async (_method: string, path: string) => {
    asked.push(path)
    return answer(path)
  }
  return { request, asked }
}
const refusing = (fault: 'not-found' | 'denied' | 'unavailable') =>
  answering(() => {
    throw new KubeError(fault, fault)
  })

describe('the controller’s identity', () => {
  it('is known from the server, not from a file', async () => {
    const review = (username: string) => answering(() => ({ status: { userInfo: { username } } }))
    expect(await isServiceAccount(review('system:serviceaccount:sluice-system:sluice-controller'))).toBe(true)
    expect(await isServiceAccount(review('ann'))).toBe(false)
  })

  it('is taken on by a token that is kept, and asked for anew before it expires', async () => {
    let serial = 0
    const server = answering(() => ({ status: { token: `token-${++serial}` } }))
    const clock = createVirtualClock()
    const token = serviceAccountTokens(server, clock)
    expect(await Promise.all([token(), token()])).toEqual(['token-1', 'token-1'])
    await clock.advance(49 * 60_000)
    expect(await token()).toBe('token-1')
    await clock.advance(2 * 60_000)
    expect(await token()).toBe('token-2')
    expect(server.asked).toHaveLength(2)
  })

  it('is asked for again after a failure', async () => {
    let fails = true
    const server = answering(() => {
      if (fails) throw new KubeError('unavailable', 'down')
      return { status: { token: 'token' } }
    })
    const token = serviceAccountTokens(server, createVirtualClock())
    await expect(token()).rejects.toMatchObject({ fault: 'unavailable' })
    fails = false
    expect(await token()).toBe('token')
  })

  it('cannot be taken on: one sentence says what to do', async () => {
    const clock = createVirtualClock()
    await expect(serviceAccountTokens(refusing('not-found'), clock)()).rejects.toThrow('run "sluice install"')
    await expect(serviceAccountTokens(refusing('denied'), clock)()).rejects.toThrow('serviceaccounts/token')
    await expect(requireInstalled(refusing('not-found'))).rejects.toBeInstanceOf(StartError)
    await expect(requireInstalled(refusing('unavailable'))).rejects.toBeInstanceOf(KubeError)
  })
})

describe('whether updates can be held', () => {
  it('is read from what the server serves', async () => {
    expect(await servesHold(answering(() => ({ resources: [{ name: 'mutatingadmissionpolicies' }] })))).toBe(true)
    expect(await servesHold(answering(() => ({ resources: [{ name: 'validatingadmissionpolicies' }] })))).toBe(false)
    expect(await servesHold(refusing('not-found'))).toBe(false)
  })
})
