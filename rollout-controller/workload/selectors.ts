import { objectOf, objectsOf, type StringMap, stringsOf, textOf } from '../../api/json.ts'

/** A LabelSelector, or a Service's selector, which has only `matchLabels`. */
export interface Selector {
  readonly matchLabels: StringMap
  readonly expressions: readonly Expression[]
}

export interface Expression {
  readonly key: string
  /** In, NotIn, Exists or DoesNotExist. */
  readonly operator: string
  readonly values: readonly string[]
}

/** A selector and the object it is a field of, for messages. */
export interface NamedSelector {
  /** `Service shop/web`. */
  readonly owner: string
  /** `spec.selector`. */
  readonly field: string
  readonly selector: Selector
}

/** Parses a `metav1.LabelSelector`. */
export function labelSelectorOf(value: unknown): Selector {
  const { matchLabels, matchExpressions } = objectOf(value)
  return { matchLabels: stringsOf(matchLabels), expressions: objectsOf(matchExpressions).map(expressionOf) }
}

/** Parses `spec.selector` of a Service; undefined when it has none, and so selects nothing by itself. */
export function serviceSelectorOf(value: unknown): Selector | undefined {
  const matchLabels = stringsOf(value)
  return Object.keys(matchLabels).length === 0 ? undefined : { matchLabels, expressions: [] }
}

/** As the API server matches: an empty selector matches everything. */
export function matches({ matchLabels, expressions }: Selector, labels: StringMap): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labelOf(labels, key) === value) &&
    expressions.every((expression) => holds(expression, labels))
  )
}

/** The label keys that it looks at. */
export function keysOf({ matchLabels, expressions }: Selector): readonly string[] {
  return [...Object.keys(matchLabels), ...expressions.map(({ key }) => key)]
}

/** `app=web,tier in (a, b)`: as kubectl writes selectors. */
export function describeSelector({ matchLabels, expressions }: Selector): string {
  const equalities = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  return [...equalities, ...expressions.map(describeExpression)].join(',')
}

/** As a list request has it: `app=web,tier in (a,b),!legacy`. */
export function selectorQuery({ matchLabels, expressions }: Selector): string {
  const equalities = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  return [...equalities, ...expressions.map(expressionQuery)].join(',')
}

function expressionQuery({ key, operator, values }: Expression): string {
  switch (operator) {
    case 'Exists':
      return key
    case 'DoesNotExist':
      return `!${key}`
    default:
      return `${key} ${operator.toLowerCase()} (${values.join(',')})`
  }
}

function describeExpression({ key, operator, values }: Expression): string {
  return values.length === 0 ? `${key} ${operator}` : `${key} ${operator} (${values.join(', ')})`
}

function expressionOf(value: Readonly<Record<string, unknown>>): Expression {
  const { key, operator, values } = value
  const texts = Array.isArray(values) ? values.filter((item) => typeof item === 'string') : []
  return { key: textOf(key) ?? '', operator: textOf(operator) ?? '', values: texts }
}

function holds({ key, operator, values }: Expression, labels: StringMap): boolean {
  const value = labelOf(labels, key)
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return true // not known to us: taken as matching, so that pods are kept apart from it all the more
  }
}

/** Own keys only: a label may be called `constructor`. */
const labelOf = (labels: StringMap, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined
