import type { CelInput, CelMap } from '@bufbuild/cel'

type Key = Parameters<CelMap['get']>[0]
export type StoredKey = Exclude<Key, number>

/** A map for CEL whose values are made when they are asked for. `find` gives undefined for what is not there. */
export class LazyMap implements ReadonlyMap<StoredKey, CelInput> {
  readonly names: () => readonly string[]
  readonly find: (name: string) => CelInput | undefined

  constructor(names: () => readonly string[], find: (name: string) => CelInput | undefined) {
    this.names = names
    this.find = find
  }

  get size(): number {
    return this.names().length
  }

  get(key: Key): CelInput | undefined {
    return typeof key === 'string' ? this.find(key) : undefined
  }

  has(key: Key): boolean {
    return this.get(key) !== undefined
  }

  keys(): MapIterator<StoredKey> {
    return this.names().values()
  }

  *entries(): MapIterator<[StoredKey, CelInput]> {
    for (const name of this.names()) {
      const value = this.find(name)
      if (value !== undefined) yield [name, value]
    }
  }

  *values(): MapIterator<CelInput> {
    for (const [, value] of this.entries()) yield value
  }

  forEach(visit: (value: CelInput, key: StoredKey, map: ReadonlyMap<StoredKey, CelInput>) => void): void {
    for (const [name, value] of this.entries()) visit(value, name, this)
  }

  [Symbol.iterator](): MapIterator<[StoredKey, CelInput]> {
    return this.entries()
  }
}
