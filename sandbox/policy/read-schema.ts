import { isRecord, type JsonObject, objectOf, objectsOf, textOf } from '../../api/json.ts'
import type { Cel } from './cel.ts'
import type { Schema, SchemaRule, SchemaType } from './schema.ts'
import { checksOf } from './schema-checks.ts'
import { textsOf } from './texts.ts'

const types: readonly SchemaType[] = ['object', 'array', 'string', 'integer', 'number', 'boolean']

/** Reads the OpenAPI v3 schema of a CustomResourceDefinition. */
export function readSchema(value: unknown, cel: Cel): Schema {
  const json = objectOf(value)
  const { additionalProperties, items } = json
  const type = types.find((one) => one === json['type'])
  const properties = new Map(
    Object.entries(objectOf(json['properties'])).map(([name, one]) => [name, readSchema(one, cel)]),
  )
  const additional = isRecord(additionalProperties) ? readSchema(additionalProperties, cel) : undefined
  const item = isRecord(items) ? readSchema(items, cel) : undefined
  const rules = objectsOf(json['x-kubernetes-validations']).map((rule) => readRule(rule, cel))
  const inner = [...properties.values(), ...(additional ? [additional] : []), ...(item ? [item] : [])]
  const listKeys = listKeysOf(json)
  return {
    ...(type === undefined ? {} : { type }),
    isIntOrString: json['x-kubernetes-int-or-string'] === true,
    nullable: json['nullable'] === true,
    preserves: json['x-kubernetes-preserve-unknown-fields'] === true || additionalProperties === true,
    isEmbedded: json['x-kubernetes-embedded-resource'] === true,
    properties,
    required: textsOf(json['required']),
    ...(additional === undefined ? {} : { additional }),
    ...(item === undefined ? {} : { items: item }),
    ...(json['default'] === undefined ? {} : { default: json['default'] }),
    ...(listKeys === undefined ? {} : { listKeys }),
    checks: checksOf(json, (part) => readSchema(part, cel)),
    rules,
    hasRules: rules.length > 0 || inner.some(({ hasRules }) => hasRules),
    hasTransitions:
      rules.some(({ isTransition }) => isTransition) || inner.some(({ hasTransitions }) => hasTransitions),
  }
}

function listKeysOf(json: JsonObject): readonly string[] | 'set' | undefined {
  const listType = json['x-kubernetes-list-type']
  if (listType === 'set') return 'set'
  return listType === 'map' ? textsOf(json['x-kubernetes-list-map-keys']) : undefined
}

function readRule(rule: JsonObject, cel: Cel): SchemaRule {
  const program = cel.compile(String(rule['rule']))
  const [message, messageExpression, reason] = [rule['message'], rule['messageExpression'], rule['reason']].map(textOf)
  return {
    program,
    isTransition: program.uses.has('oldSelf'),
    ...(message === undefined ? {} : { message: message.trim() }),
    ...(messageExpression === undefined ? {} : { messageProgram: cel.compile(messageExpression) }),
    ...(reason === undefined ? {} : { reason }),
    fieldPath: textOf(rule['fieldPath']) ?? '',
  }
}
