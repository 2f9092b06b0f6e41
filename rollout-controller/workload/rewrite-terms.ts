import { type JsonObject, objectOf, objectsOf, type StringMap } from '../../api/json.ts'

/** Labels that changed: key → value before and after. */
export type Changes = Readonly<Record<string, { readonly from: string; readonly to: string }>>

export const changesOf = (labels: StringMap, changed: StringMap): Changes =>
  Object.fromEntries(Object.entries(changed).map(([key, to]) => [key, { from: labels[key] ?? '', to }]))

/** A pod spec whose own spreading and affinity follow the changed labels: terms about itself stay about itself. */
export function rewriteTerms(podSpec: JsonObject, changes: Changes): JsonObject {
  const { topologySpreadConstraints: spread, affinity } = podSpec
  return {
    ...podSpec,
    ...(spread === undefined
      ? {}
      : { topologySpreadConstraints: objectsOf(spread).map((item) => withSelector(item, changes)) }),
    ...(affinity === undefined ? {} : { affinity: rewriteAffinity(objectOf(affinity), changes) }),
  }
}

function rewriteAffinity(affinity: JsonObject, changes: Changes): JsonObject {
  return mapFields(affinity, ['podAffinity', 'podAntiAffinity'], (rules) => rewriteRules(objectOf(rules), changes))
}

function rewriteRules(rules: JsonObject, changes: Changes): JsonObject {
  const required = mapFields(rules, ['requiredDuringSchedulingIgnoredDuringExecution'], (terms) =>
    objectsOf(terms).map((term) => withSelector(term, changes)),
  )
  return mapFields(required, ['preferredDuringSchedulingIgnoredDuringExecution'], (terms) =>
    objectsOf(terms).map((term) =>
      mapFields(term, ['podAffinityTerm'], (inner) => withSelector(objectOf(inner), changes)),
    ),
  )
}

const withSelector = (term: JsonObject, changes: Changes): JsonObject =>
  mapFields(term, ['labelSelector'], (selector) => rewriteSelector(objectOf(selector), changes))

function rewriteSelector(selector: JsonObject, changes: Changes): JsonObject {
  const labels = mapFields(selector, ['matchLabels'], (value) => rewriteLabels(objectOf(value), changes))
  return mapFields(labels, ['matchExpressions'], (value) =>
    objectsOf(value).map((expression) => rewriteExpression(expression, changes)),
  )
}

const rewriteLabels = (labels: JsonObject, changes: Changes): JsonObject =>
  Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, renamed(changes, key, value)]))

function rewriteExpression(expression: JsonObject, changes: Changes): JsonObject {
  const { key, values } = expression
  if (typeof key !== 'string' || !Array.isArray(values)) return expression
  return { ...expression, values: values.map((value: unknown) => renamed(changes, key, value)) }
}

function renamed(changes: Changes, key: string, value: unknown): unknown {
  const change = Object.hasOwn(changes, key) ? changes[key] : undefined
  return change !== undefined && change.from === value ? change.to : value
}

/** `from` with the named fields, where they are there, changed. */
function mapFields(from: JsonObject, keys: readonly string[], change: (value: unknown) => unknown): JsonObject {
  const changed = keys.filter((key) => from[key] !== undefined).map((key) => [key, change(from[key])])
  return { ...from, ...Object.fromEntries(changed) }
}
