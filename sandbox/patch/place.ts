import { type JsonObject, objectOf } from '../../api/json.ts'
import { type MergeRule, type MergeRules, mergeRules, ruleOf } from './merge-rules.ts'

/** How what is at one place of an object is divided among owners. */
export interface Place {
  /** A map here has one owner and is written whole. */
  readonly isAtomic: boolean
  /** What the items of a list here are told apart by: these keys, or (none) their values. Absent: it is written whole. */
  readonly keys?: readonly string[]
  readonly field: (name: string) => Place
  readonly item: () => Place
  /** The field is one of the schema's, not a key that users choose. */
  readonly isNamed: (name: string) => boolean
  /** What the field has when it is left out. */
  readonly defaultOf: (name: string) => unknown
}

/** An object of a built-in kind. */
export const builtInPlace = (kind: string): Place => placeByRule(mergeRules(kind), kind, {})

function placeByRule(rules: MergeRules, parent: string, rule: MergeRule): Place {
  return {
    isAtomic: rule.atomic === true,
    ...(rule.applyKeys === undefined ? {} : { keys: rule.applyKeys }),
    field: (name) => placeByRule(rules, name, ruleOf(rules, parent, name)),
    item: () => placeByRule(rules, parent, {}),
    isNamed: () => true,
    defaultOf: (name) => (name === 'protocol' ? 'TCP' : undefined),
  }
}

/** An object of a custom resource, by its OpenAPI v3 schema; metadata is like everybody's. */
export function customPlace(schema: JsonObject): Place {
  const place = placeBySchema(schema)
  const common = builtInPlace('')
  const isCommon = (name: string) => name === 'metadata' || name === 'apiVersion' || name === 'kind'
  return {
    ...place,
    field: (name) => (isCommon(name) ? common : place).field(name),
    isNamed: (name) => isCommon(name) || place.isNamed(name),
  }
}

function placeBySchema(schema: JsonObject): Place {
  const properties = objectOf(schema['properties'])
  const keys = listKeys(schema)
  const has = (name: string) => Object.hasOwn(properties, name)
  const field = (name: string) => objectOf(has(name) ? properties[name] : schema['additionalProperties'])
  return {
    isAtomic: schema['x-kubernetes-map-type'] === 'atomic',
    ...(keys === undefined ? {} : { keys }),
    field: (name) => placeBySchema(field(name)),
    item: () => placeBySchema(objectOf(schema['items'])),
    isNamed: has,
    defaultOf: (name) => field(name)['default'],
  }
}

function listKeys(schema: JsonObject): readonly string[] | undefined {
  const keys = schema['x-kubernetes-list-map-keys']
  if (schema['x-kubernetes-list-type'] === 'set') return []
  return schema['x-kubernetes-list-type'] === 'map' && Array.isArray(keys) ? keys.map(String) : undefined
}
