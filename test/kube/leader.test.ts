import { describe, expect, it } from 'vitest'
import { createElection } from '../../kube/leader.ts'
import { createVirtualClock } from '../../sandbox/virtual-clock.ts'
import { createOneObject } from './lease-server.ts'

function setUp() {
  const clock = createVirtualClock()
  const lease = createOneObject()
  const candidate = (identity: string) => {
    const client = lease.clientFor(identity)
    const election = createElection({ client, namespace: 'sluice', name: 'sluice', identity, clock, random: () => 0.5 })
    const stop = new AbortController()
    const terms: { fromMs: number; toMs?: number }[] = []
    const done = election.run(async (signal) => {
      const term: { fromMs: number; toMs?: number } = { fromMs: clock.monotonicMs() }
      terms.push(term)
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      term.toMs = clock.monotonicMs()
    }, stop.signal)
    const quit = async () => {
      stop.abort()
      await done
    }
    return { election, terms, quit }
  }
  return { clock, lease, candidate }
}

describe('a lease election', () => {
  it('has one leader, who stays', async () => {
    const { clock, candidate } = setUp()
    const [a, b] = [candidate('a'), candidate('b')]
    for (let second = 0; second < 120; second += 1) {
      await clock.advance(1_000)
      expect([a, b].filter(({ election }) => election.isLeader())).toHaveLength(1)
    }
    expect(a.terms.length + b.terms.length).toBe(1)
    await Promise.all([a.quit(), b.quit()])
  })

  it('hands over within a retry when the leader shuts down', async () => {
    const { clock, lease, candidate } = setUp()
    const a = candidate('a')
    await clock.advance(3_000)
    const b = candidate('b')
    await clock.advance(3_000)
    await a.quit()
    expect(a.election.isLeader()).toBe(false)
    expect(lease.current()?.['spec']).toMatchObject({ holderIdentity: '' })
    await clock.advance(2_500)
    expect(b.election.isLeader()).toBe(true)
    await b.quit()
  })

  it('stops leading 10 s after its last renewal when cut off, well before anyone else may start', async () => {
    const { clock, lease, candidate } = setUp()
    const a = candidate('a')
    await clock.advance(5_000)
    const b = candidate('b')
    lease.disconnect('a')
    for (let tick = 0; tick < 300; tick += 1) {
      await clock.advance(100)
      expect(a.election.isLeader() && b.election.isLeader()).toBe(false)
    }
    expect(b.election.isLeader()).toBe(true)
    const [term] = a.terms
    expect(term?.toMs).toBeLessThan((b.terms[0]?.fromMs ?? 0) - 4_000)
    expect(term?.toMs).toBeGreaterThan(10_000)
    await b.quit()
    await a.quit()
  })

  it('does not lead on after the lease was taken from it', async () => {
    const { clock, lease, candidate } = setUp()
    const a = candidate('a')
    await clock.advance(1_000)
    const thief = lease.clientFor('thief')
    const current = lease.current()
    if (current === undefined) throw new Error('no lease')
    await thief.replace(
      { group: '', version: '', plural: '', kind: '', namespaced: true },
      {
        ...current,
        spec: { holderIdentity: 'thief', leaseDurationSeconds: 15, renewTime: 'now' },
      },
    )
    await clock.advance(2_500)
    expect(a.election.isLeader()).toBe(false)
    expect(a.terms[0]?.toMs).toBeLessThan(3_600)
    await a.quit()
  })
})
