import { isRecord, type JsonObject, objectOf, objectsOf, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import type { FieldCause } from '../../kube/errors.ts'
import type { Cel } from './cel.ts'
import { readSchema } from './read-schema.ts'
import { schemaProblems } from './schema-validate.ts'

/** What is wrong with a CustomResourceDefinition, and what of it this server leaves out. */
export function definitionProblems({ metadata, spec: given }: KubeObject, cel: Cel): readonly FieldCause[] {
  const spec = objectOf(given)
  const names = objectOf(spec['names'])
  const versions = objectsOf(spec['versions'])
  return [
    ...nameProblems(metadata.name, spec, names),
    ...(['plural', 'kind'] as const).flatMap((one) => (textOf(names[one]) ? [] : [required(`spec.names.${one}`)])),
    ...scopeProblems(spec['scope']),
    ...storageProblems(versions),
    ...(objectOf(spec['conversion'])['strategy'] === 'Webhook'
      ? [forbidden('spec.conversion.strategy', 'conversion by webhook')]
      : []),
    ...versions.flatMap((version, index) => versionProblems(version, `spec.versions[${index}]`, cel)),
  ]
}

const required = (field: string, why = ''): FieldCause => ({
  field,
  message: why === '' ? 'Required value' : `Required value: ${why}`,
})

const invalid = (field: string, value: unknown, why: string): FieldCause => ({
  field,
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
})

const forbidden = (field: string, what: string): FieldCause => ({
  field,
  message: `Forbidden: ${what} is not supported by this server`,
})

function nameProblems(name: string, { group }: JsonObject, { plural }: JsonObject): readonly FieldCause[] {
  const domain = textOf(group) ?? ''
  return [
    ...(name === `${String(plural)}.${domain}`
      ? []
      : [invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')]),
    ...(domain.includes('.') ? [] : [invalid('spec.group', domain, 'should be a domain with at least one dot')]),
  ]
}

function scopeProblems(scope: unknown): readonly FieldCause[] {
  if (scope === 'Namespaced' || scope === 'Cluster') return []
  if (scope === undefined) return [required('spec.scope')]
  const message = `Unsupported value: ${JSON.stringify(scope)}: supported values: "Cluster", "Namespaced"`
  return [{ field: 'spec.scope', message }]
}

function storageProblems(versions: readonly JsonObject[]): readonly FieldCause[] {
  const names = versions.map(({ name }) => name)
  return [
    ...(new Set(names).size === names.length
      ? []
      : [invalid('spec.versions', names, 'must contain unique version names')]),
    ...(versions.filter(({ storage }) => storage === true).length === 1
      ? []
      : [invalid('spec.versions', names, 'must have exactly one version marked as storage version')]),
  ]
}

function versionProblems({ schema }: JsonObject, at: string, cel: Cel): readonly FieldCause[] {
  const field = `${at}.schema.openAPIV3Schema`
  const { openAPIV3Schema: root } = objectOf(schema)
  if (!isRecord(root)) return [required(field, 'schemas are required')]
  if (root['type'] !== 'object') return [invalid(`${field}.type`, root['type'] ?? '', 'must be object at the root')]
  return schemaProblemsAt(root, field, cel)
}

/** Every field has a type, and every rule can be read. */
function schemaProblemsAt(schema: JsonObject, at: string, cel: Cel): readonly FieldCause[] {
  const { type, properties, items, additionalProperties, pattern } = schema
  const isOpen =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true
  const inner = [
    ...Object.entries(objectOf(properties)).map(([name, one]) => [one, `${at}.properties[${name}]`] as const),
    [items, `${at}.items`] as const,
    [additionalProperties, `${at}.additionalProperties`] as const,
  ]
  return [
    ...(type === undefined && !isOpen ? [required(`${at}.type`, 'must not be empty for specified object fields')] : []),
    ...(type === 'array' && !isRecord(items) ? [required(`${at}.items`, 'must be specified')] : []),
    ...('default' in schema
      ? schemaProblems(readSchema(schema, cel), schema['default'], undefined, `${at}.default`)
      : []),
    ...(isRegularExpression(pattern) ? [] : [invalid(`${at}.pattern`, pattern, 'must be a valid regular expression')]),
    ...objectsOf(schema['x-kubernetes-validations']).flatMap((rule, index) =>
      ruleProblemsAt(rule, `${at}.x-kubernetes-validations[${index}]`, cel),
    ),
    ...inner.flatMap(([one, field]) => (isRecord(one) ? schemaProblemsAt(one, field, cel) : [])),
  ]
}

/** As this server can read it: what only Go's expressions have, such as `(?i)`, is none here. */
function isRegularExpression(pattern: unknown): boolean {
  try {
    return typeof pattern !== 'string' || new RegExp(pattern) instanceof RegExp
  } catch {
    return false
  }
}

function ruleProblemsAt(rule: JsonObject, at: string, cel: Cel): readonly FieldCause[] {
  if (rule['optionalOldSelf'] === true) return [forbidden(`${at}.optionalOldSelf`, 'an optional oldSelf')]
  return (['rule', 'messageExpression'] as const).flatMap((name) => {
    const expression = textOf(rule[name])
    if (expression === undefined) return name === 'rule' ? [required(`${at}.rule`)] : []
    const { problem } = cel.compile(expression)
    return problem === undefined ? [] : [invalid(`${at}.${name}`, expression, problem)]
  })
}
