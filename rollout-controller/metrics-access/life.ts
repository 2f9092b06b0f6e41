import type { Clock } from '../../api/clock.ts'

/** For how long a question may take; its signal aborts when the time is over or nobody wants to know any more. */
export interface Life {
  readonly signal: AbortSignal
  /** To be called when the answer is there. */
  end(): void
}

/** Not AbortSignal.any: on Node 20 each one stays referenced by a long-lived source signal. */
export function startLife(clock: Clock, ms: number, given: AbortSignal): Life {
  const ending = new AbortController()
  const giveUp = () => ending.abort(new GivenUp('the question was given up', false))
  const cancel = clock.setTimer(ms, () => ending.abort(new GivenUp(`no answer within ${ms / 1000} s`, true)))
  given.addEventListener('abort', giveUp, { once: true })
  if (given.aborted) giveUp()
  return {
    signal: ending.signal,
    end() {
      cancel()
      given.removeEventListener('abort', giveUp)
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
