import { isRecord, type JsonObject } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { badRequest, Refusal } from '../server/refusal.ts'
import { type Field, type FieldType, goNameOf, isShared, type Model, type Models } from './fields/models.ts'
import { completeScalar } from './scalars.ts'

/** What a model's object gets by itself: fields that it lacks, or whatever a function makes of it (the same object where nothing is to do). */
export type Defaults = Readonly<Record<string, JsonObject | ((object: JsonObject) => JsonObject)>>

export type Complete = (object: KubeObject, model: string, onUnknown?: (path: string) => void) => KubeObject

interface Walk {
  readonly path: (string | number)[]
  readonly onUnknown: ((path: string) => void) | undefined
}

/**
 * Completes objects as decoding, defaulting and encoding by the API server would: unknown fields and zero values go,
 * defaults and the zero values that Go always writes come. What is complete is remembered as long as it lives.
 */
export function createComplete(models: Models, defaults: Defaults): Complete {
  const zeros = new Map<string, JsonObject>()
  const done = new WeakMap<object, Model>()

  const completeModel = (object: JsonObject, model: Model, walk: Walk): JsonObject => {
    if (done.get(object) === model) return object
    const completed = withDefaults(completeFields(object, model, walk), defaults[model.name])
    if (walk.path.length === 0 || isShared(model.name)) done.set(completed, model)
    return completed
  }
  const completeFields = (object: JsonObject, model: Model, walk: Walk): JsonObject => {
    let changed: Record<string, unknown> | undefined
    let dropped = false
    for (const name in object) {
      const value = object[name]
      const next = completeField(value, name, model, walk)
      if (next === undefined) dropped = true
      if (next === value) continue
      changed ??= { ...object }
      changed[name] = next
    }
    for (const field of model.always) {
      if ((changed ?? object)[field.name] !== undefined) continue
      changed ??= { ...object }
      changed[field.name] = zeroOf(field.type)
    }
    const result = changed ?? object
    return dropped ? withoutUndefined(result) : result
  }
  /** Undefined when the field is not written at all. */
  const completeField = (value: unknown, name: string, model: Model, walk: Walk): unknown => {
    const field = model.fields.get(name)
    if (field === undefined) {
      if (value !== undefined) walk.onUnknown?.(pathOf([...walk.path, name]))
      return undefined
    }
    if (value === null || value === undefined) return nullOf(field)
    walk.path.push(name)
    const completed = completeValue(value, field.type, model, walk)
    walk.path.pop()
    if (!isZero(completed, field)) return completed
    return field.omitted ? undefined : zeroOf(field.type)
  }
  const completeValue = (value: unknown, type: FieldType, model: Model, walk: Walk): unknown => {
    if (type.kind === 'scalar') return completeScalar(value, type.scalar) ?? refuse(value, type, model, walk)
    if (type.kind === 'list') {
      return Array.isArray(value) ? completeList(value, type.of, model, walk) : refuse(value, type, model, walk)
    }
    if (!isRecord(value)) return refuse(value, type, model, walk)
    if (type.kind === 'model') return completeModel(value, models(type.model), walk)
    return completeMap(value, type.of, model, walk)
  }
  const completeList = (list: readonly unknown[], type: FieldType, model: Model, walk: Walk): readonly unknown[] => {
    let changed: unknown[] | undefined
    for (const [index, value] of list.entries()) {
      walk.path.push(index)
      const next = value === null ? zeroOf(type) : completeValue(value, type, model, walk)
      walk.path.pop()
      if (next === value) continue
      changed ??= [...list]
      changed[index] = next
    }
    return changed ?? list
  }
  const completeMap = (map: JsonObject, type: FieldType, model: Model, walk: Walk): JsonObject => {
    let changed: Record<string, unknown> | undefined
    for (const key in map) {
      const value = map[key]
      if (type.kind === 'model') walk.path.push(key) // Go's messages leave the keys of plain maps out
      const next = value === null ? zeroOf(type) : completeValue(value, type, model, walk)
      if (type.kind === 'model') walk.path.pop()
      if (next === value) continue
      changed ??= { ...map }
      changed[key] = next
    }
    return changed ?? map
  }
  const nullOf = (field: Field): unknown => (field.omitted || field.pointer ? undefined : zeroOf(field.type))
  /** What Go writes for a value that was never set. */
  const zeroOf = (type: FieldType): unknown => {
    if (type.kind === 'scalar') return zeroScalars[type.scalar] ?? null
    if (type.kind !== 'model') return null
    const known = zeros.get(type.model)
    if (known !== undefined) return known
    const zero = completeModel({}, models(type.model), { path: [''], onUnknown: undefined })
    zeros.set(type.model, zero)
    return zero
  }

  return (object, name, onUnknown) => {
    try {
      const completed = completeModel(object, models(name), { path: [], onUnknown })
      if (!isKubeObject(completed)) throw badRequest('apiVersion and kind must be set')
      return completed
    } catch (error) {
      throw error instanceof Refusal ? notOfKind(object, error) : error
    }
  }
}

const zeroScalars: Readonly<Record<string, unknown>> = {
  string: '',
  bool: false,
  int32: 0,
  int64: 0,
  float64: 0,
  quantity: '0',
  intOrString: 0,
}

function isZero(value: unknown, { pointer, type }: Field): boolean {
  if (pointer) return false
  if (type.kind === 'list') return Array.isArray(value) && value.length === 0
  if (type.kind === 'map') return isRecord(value) && isEmpty(value)
  if (type.kind === 'model') return false
  return value === '' || value === 0 || value === false
}

function isEmpty(object: JsonObject): boolean {
  for (const key in object) return key === undefined
  return true
}

/** Adds the fields that are not there. */
function withDefaults(object: JsonObject, defaults: Defaults[string] | undefined): JsonObject {
  if (defaults === undefined) return object
  return typeof defaults === 'function' ? defaults(object) : fill(object, defaults)
}

/** The object with the fields of `more` that it lacks; the very same object when it lacks none. */
export function fill(object: JsonObject, more: JsonObject): JsonObject {
  for (const key in more) if (object[key] === undefined) return { ...more, ...object }
  return object
}

const withoutUndefined = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))

/** `spec.template.spec.containers[0].image` */
const pathOf = (path: readonly (string | number)[]): string =>
  path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('')

function refuse(value: unknown, type: FieldType, model: Model, { path }: Walk): never {
  const field = path.filter((part) => typeof part === 'string').join('.')
  const isWhole = type.kind !== 'scalar' || typeof value !== 'number' || type.scalar === 'string'
  const found = isWhole ? jsonTypeOf(value) : `number ${value}`
  const struct = model.name.split('.')[1]
  throw badRequest(`json: cannot unmarshal ${found} into Go struct field ${struct}.${field} of type ${goNameOf(type)}`)
}

function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** `Deployment in version "v1" cannot be handled as a Deployment: …` */
function notOfKind({ apiVersion, kind }: KubeObject, why: Refusal): Refusal {
  const version = apiVersion.split('/').at(-1)
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why.message}`)
}

/** Completion adds `metadata` where there is none, and checks the types of all three. */
const isKubeObject = (object: JsonObject): object is KubeObject =>
  typeof object['apiVersion'] === 'string' && typeof object['kind'] === 'string' && isRecord(object['metadata'])
