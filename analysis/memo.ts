/** What was found out before, by its key. */
export interface Memo<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
}

/** Keeps at most so many; what was not asked for the longest goes first. For what the key alone decides. */
export function createMemo<T>(most: number): Memo<T> {
  const kept = new Map<string, T>()
  return {
    get: (key) => {
      const value = kept.get(key)
      if (value !== undefined) renew(kept, key, value)
      return value
    },
    set: (key, value) => {
      renew(kept, key, value)
      const [oldest] = kept.keys()
      if (kept.size > most && oldest !== undefined) kept.delete(oldest)
    },
  }
}

function renew<T>(kept: Map<string, T>, key: string, value: T): void {
  kept.delete(key)
  kept.set(key, value)
}
