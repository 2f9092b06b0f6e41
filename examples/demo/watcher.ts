import type { Look } from '../../cli/look.ts'
import { lookAt } from '../../cli/look-at.ts'
import type { Session } from '../../cli/session.ts'
import { followWorld, type World } from '../../cli/world.ts'
import { isFault } from '../../kube/errors.ts'
import { systemClock } from '../../rollout-controller/loop/clock.ts'

/** A Rollout and what is around it, as it was last seen. */
export interface Sight {
  readonly world: World
  readonly look: Look
}

export interface Watcher {
  /** Undefined while there is no such Rollout. */
  sight(): Sight | undefined
  /** Calls back after every change; the returned function stops that. */
  onChange(fn: () => void): () => void
  /** Resolves once it is so; rejects when it takes longer, or the signal aborts. */
  until(what: string, isSo: (sight: Sight) => boolean): Promise<Sight>
  /** Resolves once it has stopped, which it does when the signal aborts. */
  readonly ended: Promise<void>
}

const longestMs = 60_000
const lookAgainMs = 500

/** Follows a Rollout, also one that is yet to be created, until the signal aborts. */
export function watchRollout(session: Session, name: string, signal: AbortSignal): Watcher {
  const listeners = new Set<() => void>()
  let last: Sight | undefined
  const see = (sight: Sight | undefined) => {
    last = sight
    for (const listener of listeners) listener()
  }
  const onChange = (fn: () => void) => {
    listeners.add(fn)
    return () => void listeners.delete(fn)
  }
  return {
    sight: () => last,
    onChange,
    until: (what, isSo) =>
      new Promise((resolve, reject) => {
        const end = () => {
          for (const undo of undos) undo()
        }
        const look = () => {
          if (last === undefined || !isSo(last)) return
          end()
          resolve(last)
        }
        const giveUp = (why: unknown) => {
          end()
          reject(why)
        }
        const onAbort = () => giveUp(signal.reason)
        const undos = [
          onChange(look),
          systemClock.setTimer(longestMs, () => giveUp(new Error(lateness(what, last)))),
          () => signal.removeEventListener('abort', onAbort),
        ]
        if (signal.aborted) return onAbort()
        signal.addEventListener('abort', onAbort)
        look()
      }),
    ended: follow(session, name, see, signal),
  }
}

const lateness = (what: string, last: Sight | undefined): string =>
  `${what}: not so within ${longestMs / 1000} s; it is ${last?.look.status?.phase ?? 'not there'}: ${last?.look.status?.message ?? ''}`

async function follow(
  session: Session,
  name: string,
  see: (sight: Sight | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const world of followWorld(session, name, signal)) see({ world, look: lookAt(world) })
    } catch (error) {
      if (!signal.aborted && !isFault(error, 'not-found') && !isFault(error, 'unavailable')) throw error
    }
    see(undefined)
    await systemClock.sleep(lookAgainMs, signal).catch(() => undefined)
  }
}
