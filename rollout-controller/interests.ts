/** Which Rollouts have looked at which Services: those alone are woken when endpoints come and go. */
export interface Interests {
  /** `names` are `namespace/name`; they replace what `key` was interested in before. */
  set(key: string, names: readonly string[]): void
  forget(key: string): void
  keysFor(name: string): readonly string[]
}

export function createInterests(): Interests {
  const namesOf = new Map<string, readonly string[]>()
  const keysOf = new Map<string, Set<string>>()
  const forget = (key: string) => {
    for (const name of namesOf.get(key) ?? []) {
      const keys = keysOf.get(name)
      keys?.delete(key)
      if (keys?.size === 0) keysOf.delete(name)
    }
    namesOf.delete(key)
  }
  return {
    set(key, names) {
      forget(key)
      namesOf.set(key, names)
      for (const name of names) keysOf.set(name, (keysOf.get(name) ?? new Set()).add(key))
    },
    forget,
    keysFor: (name) => [...(keysOf.get(name) ?? [])],
  }
}
