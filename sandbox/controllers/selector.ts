import { isRecord, objectOf, objectsOf, type StringMap, stringsOf } from '../../api/json.ts'

export type Matches = (labels: StringMap | undefined) => boolean

/** A LabelSelector of a workload; an empty or missing one matches nothing, as controllers take it. */
export function labelSelector(selector: unknown): Matches {
  const { matchLabels, matchExpressions } = objectOf(selector)
  const wanted = Object.entries(stringsOf(matchLabels))
  const expressions = objectsOf(matchExpressions)
  if (wanted.length + expressions.length === 0) return () => false
  return (labels = {}) =>
    wanted.every(([key, value]) => labels[key] === value) && expressions.every((one) => holds(one, labels))
}

/** A Service's selector; undefined where the Service has none, and its endpoints are somebody else's. */
export function serviceSelector(selector: unknown): Matches | undefined {
  return isRecord(selector) && Object.keys(selector).length > 0 ? labelSelector({ matchLabels: selector }) : undefined
}

function holds({ key, operator, values }: Readonly<Record<string, unknown>>, labels: StringMap): boolean {
  const value = labels[String(key)]
  const isAmong = Array.isArray(values) && values.includes(value)
  switch (operator) {
    case 'In':
      return value !== undefined && isAmong
    case 'NotIn':
      return value === undefined || !isAmong
    case 'Exists':
      return value !== undefined
    default:
      return value === undefined
  }
}
