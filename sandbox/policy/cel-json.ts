import { type CelInput, type CelValue, celEnv, celList, celMap, isCelList, isCelMap } from '@bufbuild/cel'
import { type JsonObject, objectOf, sameJson } from '../../api/json.ts'
import { LazyMap, type StoredKey } from './lazy-map.ts'

/** JSON as CEL sees it, and back. */
export interface JsonInCel {
  /** Whole numbers are ints. Objects are read as they are asked for, and the same object is the same value ever after. */
  readonly toCel: (json: unknown) => CelInput
  /** Throws for what JSON cannot say: a duration, for one. */
  readonly toJson: (value: unknown) => unknown
  /** CEL's equality: of the same object known at once, of two objects that of their JSON. */
  readonly equal: (a: CelValue, b: CelValue) => boolean
}

export function createJsonInCel(): JsonInCel {
  const known = new WeakMap<object, CelInput>()
  const jsonOf = new WeakMap<object, object>()
  const library = celEnv().funcs.find('_==_')

  function toCel(json: unknown): CelInput {
    if (typeof json === 'number') return Number.isSafeInteger(json) ? BigInt(json) : json
    if (typeof json === 'string' || typeof json === 'boolean') return json
    return typeof json === 'object' && json !== null ? (known.get(json) ?? remember(json)) : null
  }
  function remember(json: object): CelInput {
    const value = Array.isArray(json) ? celList(json.map(toCel)) : celMap(fieldsOf(objectOf(json)))
    known.set(json, value)
    jsonOf.set(value, json)
    return value
  }
  function fieldsOf(json: JsonObject): LazyMap {
    const isThere = (name: string) => Object.hasOwn(json, name) && json[name] !== undefined
    return new LazyMap(
      () => Object.keys(json).filter(isThere),
      (name) => (isThere(name) ? toCel(json[name]) : undefined),
    )
  }
  function toJson(value: unknown): unknown {
    if (typeof value === 'bigint') return Number(value)
    if (typeof value !== 'object' || value === null) return value
    const json = jsonOf.get(value)
    if (json !== undefined) return json
    if (isCelList(value)) return Array.from(value, toJson)
    if (isCelMap(value)) return Object.fromEntries(Array.from(value, ([key, held]) => [nameOf(key), toJson(held)]))
    throw new Error('only what JSON can say can be applied')
  }
  function equal(a: CelValue, b: CelValue): boolean {
    if (a === b) return true
    const [jsonOfA, jsonOfB] = [knownJson(a), knownJson(b)]
    if (jsonOfA !== undefined && jsonOfB !== undefined) return sameJson(jsonOfA, jsonOfB)
    return library?.call(0, undefined, [a, b]) === true
  }
  const knownJson = (value: CelValue): object | undefined =>
    typeof value === 'object' && value !== null ? jsonOf.get(value) : undefined
  return { toCel, toJson, equal }
}

/** The name of a field: keys of CEL may be numbers too. */
const nameOf = (key: StoredKey): string => String(typeof key === 'object' ? key.value : key)
