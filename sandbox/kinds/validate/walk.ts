import { isRecord, type JsonObject } from '../../../api/json.ts'
import type { FieldCause } from '../../../kube/errors.ts'
import { type FieldType, isShared, type Model, type Models } from '../fields/models.ts'
import { type Rules, under } from './cause.ts'

export type Validate = (object: JsonObject, model: string, at: string) => readonly FieldCause[]

/** Applies the rules of its model to an object and to all that it holds. What was right is remembered as long as it lives. */
export function createValidate(models: Models, rules: Rules): Validate {
  const right = new WeakMap<object, Model>()
  const ruled = new Map<string, boolean>()

  /** Whether there are rules for a model or for anything in it. */
  const isRuled = (name: string): boolean => {
    const known = ruled.get(name)
    if (known !== undefined) return known
    ruled.set(name, rules[name] !== undefined) // ends the recursion of types that hold themselves
    const found = rules[name] !== undefined || [...models(name).fields.values()].some(({ type }) => isRuledType(type))
    ruled.set(name, found)
    return found
  }
  const isRuledType = (type: FieldType): boolean =>
    type.kind === 'model' ? isRuled(type.model) : type.kind !== 'scalar' && isRuledType(type.of)

  const validate = (object: JsonObject, model: Model, at: string): readonly FieldCause[] => {
    if (right.get(object) === model) return []
    const causes = [...(rules[model.name]?.(object, at) ?? []), ...validateFields(object, model, at)]
    if (causes.length === 0 && (at === '' || isShared(model.name))) right.set(object, model)
    return causes
  }
  const validateFields = (object: JsonObject, model: Model, at: string): readonly FieldCause[] => {
    const causes: FieldCause[] = []
    for (const key in object) {
      const type = model.fields.get(key)?.type
      if (type !== undefined && isRuledType(type)) causes.push(...validateValue(object[key], type, under(at, key)))
    }
    return causes
  }
  const validateValue = (value: unknown, type: FieldType, at: string): readonly FieldCause[] => {
    if (type.kind === 'scalar') return []
    if (type.kind === 'model') return isRecord(value) ? validate(value, models(type.model), at) : []
    if (Array.isArray(value)) return value.flatMap((item, index) => validateValue(item, type.of, `${at}[${index}]`))
    return isRecord(value)
      ? Object.entries(value).flatMap(([key, item]) => validateValue(item, type.of, `${at}[${key}]`))
      : []
  }
  return (object, name, at) => (isRuled(name) ? validate(object, models(name), at) : [])
}
