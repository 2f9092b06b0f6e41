import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createQueue, type Lane, type WorkQueue } from '../../rollout-controller/loop/queue.ts'
import { work } from '../../rollout-controller/loop/worker.ts'
import { createVirtualClock } from '../../sandbox/virtual-clock.ts'

const never = new AbortController().signal

function setUp() {
  const clock = createVirtualClock()
  return { clock, queue: createQueue({ clock, random: () => 1 }) }
}

/** The next key if one is due, without waiting for it. */
async function takeNow(queue: WorkQueue, only?: Lane): Promise<string | undefined> {
  const stop = new AbortController()
  const taken = queue.take(stop.signal, only)
  stop.abort()
  return taken
}

describe('the queue', () => {
  it('tells how long a key that was due has waited, in the lane that it was taken from', async () => {
    const clock = createVirtualClock()
    const waits: (readonly [Lane, number])[] = []
    const queue = createQueue({ clock, onTaken: (...wait) => waits.push(wait) })
    queue.add('a')
    queue.addAfter('b', 1_000)
    await clock.advance(3_000)
    queue.add('a', 'rollback')
    await takeNow(queue)
    await takeNow(queue)
    const waiting = queue.take(never)
    queue.add('c')
    await waiting
    expect(waits).toEqual([
      ['rollback', 3_000],
      ['normal', 2_000],
      ['normal', 0],
    ])
  })

  it('holds a key once', async () => {
    const { queue } = setUp()
    queue.add('a')
    queue.add('a')
    expect(await takeNow(queue)).toBe('a')
    expect(await takeNow(queue)).toBeUndefined()
  })

  it('brings a key again that was added while it was worked on, after done and not before', async () => {
    const { queue } = setUp()
    queue.add('a')
    await takeNow(queue)
    queue.add('a')
    expect(await takeNow(queue)).toBeUndefined()
    queue.done('a')
    expect(await takeNow(queue)).toBe('a')
  })

  it('serves rollbacks first, also a key that waited in the other lane', async () => {
    const { queue } = setUp()
    for (const key of ['a', 'b', 'c']) queue.add(key)
    queue.add('c', 'rollback')
    expect(await takeNow(queue)).toBe('c')
    expect(await takeNow(queue)).toBe('a')
  })

  it('lets the earliest of several delays win', async () => {
    const { clock, queue } = setUp()
    queue.addAfter('a', 5_000)
    queue.addAfter('a', 1_000)
    queue.addAfter('a', 9_000)
    await clock.advance(999)
    expect(await takeNow(queue)).toBeUndefined()
    await clock.advance(1)
    expect(await takeNow(queue)).toBe('a')
    expect(clock.pending()).toBe(0)
  })

  it('backs off from 50 ms to 30 s, and starts over once forgotten', async () => {
    const { clock, queue } = setUp()
    const waits: number[] = []
    queue.add('a')
    for (let failure = 0; failure < 12; failure += 1) {
      await takeNow(queue)
      queue.retry('a', 'backoff')
      queue.done('a')
      const fromMs = clock.monotonicMs()
      const taken = queue.take(never).then((key) => {
        waits.push(clock.monotonicMs() - fromMs)
        queue.done(key ?? '')
        queue.add('a')
      })
      await clock.advance(30_000)
      await taken
    }
    expect(waits.slice(0, 4)).toEqual([50, 100, 200, 400])
    expect(waits.at(-1)).toBe(30_000)
  })

  it('does not spin on a key that conflicts for ever', async () => {
    const { clock, queue } = setUp()
    queue.add('a')
    let rounds = 0
    for (let turn = 0; turn < 100; turn += 1) {
      const key = await takeNow(queue)
      if (key === undefined) await clock.advance(100)
      else {
        rounds += 1
        queue.retry(key, 'now')
        queue.done(key)
      }
    }
    expect(rounds).toBeLessThan(15)
  })

  it('keeps a failed rollback in its lane', async () => {
    const { clock, queue } = setUp()
    queue.add('r', 'rollback')
    await takeNow(queue)
    queue.retry('r', 'backoff')
    queue.done('r')
    await clock.advance(50)
    expect(await takeNow(queue, 'rollback')).toBe('r')
  })
})

type Command =
  | { kind: 'add'; key: string; lane: Lane }
  | { kind: 'addAfter'; key: string; ms: number; lane: Lane }
  | { kind: 'take'; only: Lane | undefined }
  | { kind: 'finish'; how: 'ok' | 'now' | 'backoff' }
  | { kind: 'advance'; ms: number }

const keys = fc.constantFrom('a', 'b', 'c', 'd')
const lanes = fc.constantFrom<Lane>('normal', 'rollback')
const commands = fc.array(
  fc.oneof<fc.Arbitrary<Command>[]>(
    fc.record({ kind: fc.constant('add' as const), key: keys, lane: lanes }),
    fc.record({ kind: fc.constant('addAfter' as const), key: keys, ms: fc.nat(5_000), lane: lanes }),
    fc.record({
      kind: fc.constant('take' as const),
      only: fc.option(fc.constant<Lane>('rollback'), { nil: undefined }),
    }),
    fc.record({
      kind: fc.constant('finish' as const),
      how: fc.constantFrom('ok' as const, 'now' as const, 'backoff' as const),
    }),
    fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(3_000) }),
  ),
  { maxLength: 60 },
)

describe('any use of the queue', () => {
  it('never hands a key to two workers and never loses one', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (script) => {
        const { clock, queue } = setUp()
        const working = new Set<string>()
        const handedTwice: string[] = []
        const owed = new Set<string>() // asked for since it was last taken
        for (const step of script) {
          if (step.kind === 'advance') await clock.advance(step.ms)
          if (step.kind === 'add') queue.add(step.key, step.lane)
          if (step.kind === 'addAfter') queue.addAfter(step.key, step.ms, step.lane)
          if (step.kind === 'add' || step.kind === 'addAfter') owed.add(step.key)
          if (step.kind === 'take') {
            const key = await takeNow(queue, step.only)
            if (key === undefined) continue
            if (working.has(key)) handedTwice.push(key)
            working.add(key)
            owed.delete(key)
          }
          if (step.kind === 'finish') {
            const [key] = working
            if (key === undefined) continue
            if (step.how === 'ok') queue.forget(key)
            else queue.retry(key, step.how)
            if (step.how !== 'ok') owed.add(key)
            working.delete(key)
            queue.done(key)
          }
        }
        for (const key of working) queue.done(key)
        for (let round = 0; round < 20 && owed.size > 0; round += 1) {
          await clock.advance(30_000)
          for (let key = await takeNow(queue); key !== undefined; key = await takeNow(queue)) {
            owed.delete(key)
            queue.done(key)
          }
        }
        expect(handedTwice).toEqual([])
        expect([...owed]).toEqual([])
        expect(queue.size()).toEqual({ rollback: 0, normal: 0, delayed: 0, processing: 0 })
      }),
      { numRuns: 300 },
    )
  })
})

describe('the workers', () => {
  it('leave no timer behind that would keep their process alive', async () => {
    const { clock, queue } = setUp()
    const stop = new AbortController()
    const reconcile = async () => ({ wakeAfterMs: 600_000 })
    const done = work({ queue, reconcile, report: () => undefined, retryOf: () => 'backoff' }, stop.signal)
    queue.add('a')
    await clock.advance(10)
    expect(clock.pending()).toBe(1)
    stop.abort()
    await done
    expect(clock.pending()).toBe(0)
    expect(queue.size()).toMatchObject({ delayed: 0 })
  })

  it('run a rollback while every ordinary worker is busy', async () => {
    const { queue } = setUp()
    const stop = new AbortController()
    const seen: string[] = []
    const reconcile = async (key: string, signal: AbortSignal) => {
      seen.push(key)
      if (key !== 'urgent') await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return {}
    }
    const done = work({ queue, reconcile, report: () => undefined, retryOf: () => 'backoff', workers: 3 }, stop.signal)
    for (let index = 0; index < 10; index += 1) queue.add(`slow-${index}`)
    queue.add('urgent', 'rollback')
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toEqual(['slow-0', 'slow-1', 'slow-2', 'urgent'])
    stop.abort()
    await done
  })

  it('report a failure, try again, and wake when asked', async () => {
    const { clock, queue } = setUp()
    const stop = new AbortController()
    const reports: unknown[] = []
    const atMs: number[] = []
    const reconcile = async () => {
      atMs.push(clock.monotonicMs())
      if (atMs.length === 1) throw new Error('first time')
      return atMs.length === 2 ? { wakeAfterMs: 1_000 } : {}
    }
    const report = (_key: string, error: unknown) => {
      reports.push(error)
      throw new Error('the reporter fails too')
    }
    const done = work({ queue, reconcile, report, retryOf: () => 'backoff' }, stop.signal)
    queue.add('a')
    await clock.advance(10_000)
    expect(atMs).toEqual([0, 50, 1_050])
    expect(reports).toHaveLength(1)
    stop.abort()
    await done
  })
})
