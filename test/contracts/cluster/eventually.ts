import { setTimeout as sleep } from 'node:timers/promises'

/** Asks again, less and less often, until `claim` does not throw; then gives what it gave. */
export async function eventually<T>(claim: () => T | Promise<T>, withinMs = 15_000): Promise<T> {
  const endMs = performance.now() + withinMs
  for (let waitMs = 2; ; waitMs = Math.min(waitMs * 1.5, 150)) {
    try {
      return await claim()
    } catch (error) {
      if (performance.now() > endMs) throw error
      await sleep(waitMs)
    }
  }
}
