import type { Clock } from '../../api/clock.ts'

/** For how long a question may take; its signal aborts when the time is over or nobody wants to know any more. */
export interface Life {
  readonly signal: AbortSignal
  /** To be called when the answer is there. */
  end(): void
}

export type StartLife = (given: AbortSignal) => Life

/**
 * Not AbortSignal.any: on Node 20 each one stays referenced by a long-lived source signal. And one listener for all
 * that wait on the same signal: adding one to a signal takes as long as it has listeners.
 */
export function createLives(clock: Clock, ms: number): StartLife {
  const crowds = new WeakMap<AbortSignal, Crowd>()
  return (given) => {
    const ending = new AbortController()
    const crowd = crowds.get(given) ?? createCrowd(given)
    crowds.set(given, crowd)
    const leave = crowd.join(() => ending.abort(new GivenUp(notWanted, false)))
    const cancel = clock.setTimer(ms, () => ending.abort(new GivenUp(late, true)))
    if (given.aborted) ending.abort(new GivenUp(notWanted, false))
    return {
      signal: ending.signal,
      end() {
        cancel()
        leave()
      },
    }
  }
}

const notWanted = 'the question was given up'
/** As the asker itself says it of an exchange. */
const late = 'the store does not answer in time'

interface Crowd {
  /** Returns how to leave again. */
  join(giveUp: () => void): () => void
}

function createCrowd(given: AbortSignal): Crowd {
  const members = new Set<() => void>()
  const giveUp = () => {
    for (const member of members) member()
  }
  return {
    join(member) {
      if (members.size === 0) given.addEventListener('abort', giveUp)
      members.add(member)
      return () => {
        members.delete(member)
        if (members.size === 0) given.removeEventListener('abort', giveUp)
      }
    },
  }
}

/** Why there will be no answer. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp'
  /** The time was over. */
  readonly isLate: boolean

  constructor(message: string, isLate: boolean) {
    super(message)
    this.isLate = isLate
  }
}

/** As the promise, but no longer than the signal lets it. What the promise comes to after that is nobody's concern. */
export function within<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    const done = () => signal.removeEventListener('abort', onAbort)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    promise.then(resolve, reject).finally(done)
  })
}
