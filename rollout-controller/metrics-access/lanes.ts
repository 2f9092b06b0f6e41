/** Does the work as soon as fewer than so many others are at it for the same host. */
export type Lanes = <T>(host: string, work: () => Promise<T>, signal: AbortSignal) => Promise<T>

interface Host {
  running: number
  readonly waiting: Set<() => void>
}

/** Each host has its own: a slow one keeps nobody waiting who asks another. First come, first served. */
export function createLanes(most: number): Lanes {
  const hosts = new Map<string, Host>()
  const leave = (name: string, host: Host): void => {
    const [next] = host.waiting
    if (next === undefined) host.running -= 1
    else next()
    if (host.running === 0) hosts.delete(name)
  }
  return async (name, work, signal) => {
    const host = hosts.get(name) ?? { running: 0, waiting: new Set() }
    hosts.set(name, host)
    if (host.running < most) host.running += 1
    else await turn(host, signal)
    try {
      return await work()
    } finally {
      leave(name, host)
    }
  }
}

/** Whoever leaves gives its place to the one who waits longest; who was called has it, whatever the signal does then. */
function turn({ waiting }: Host, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      waiting.delete(called)
      signal.removeEventListener('abort', giveUp)
    }
    const called = () => {
      done()
      resolve()
    }
    const giveUp = () => {
      done()
      reject(signal.reason)
    }
    waiting.add(called)
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
  })
}
