import { JSONPath } from 'jsonpath-plus'
import { type JsonObject, numberOf, objectsOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { ageColumn, nameColumn, since } from '../kinds/columns/cell.ts'
import type { Column } from '../server/kind.ts'

/** The columns that a version of a CustomResourceDefinition declares, after the name; the age where it declares none. */
export function printerColumns(declared: unknown): readonly Column[] {
  const columns = objectsOf(declared)
  return [nameColumn, ...(columns.length === 0 ? [ageColumn] : columns.map(columnOf))]
}

const types: readonly Column['type'][] = ['integer', 'number', 'boolean', 'date']

function columnOf({ name, type, priority, jsonPath }: JsonObject): Column {
  const shown = types.find((one) => one === type) ?? 'string'
  const path = pathOf(String(jsonPath))
  return {
    name: String(name),
    type: shown,
    priority: numberOf(priority) ?? 0,
    cell: (object, nowMs) => cellOf(shown, firstAt(path, object), nowMs),
  }
}

/** From the dialect of kubectl, `.metadata.labels.example\.com/team`, to that of the library. */
const pathOf = (jsonPath: string): string =>
  `$${jsonPath.replace(/\.((?:[^.[\\]|\\.)*\\.(?:[^.[\\]|\\.)*)/g, (_, name: string) => `['${name.replaceAll('\\', '')}']`)}`

function firstAt(path: string, object: KubeObject): unknown {
  const found: unknown = JSONPath({ path, json: object, wrap: true, eval: 'safe' })
  return Array.isArray(found) ? found[0] : undefined
}

/** Empty where the value is missing or of another type than the column. */
function cellOf(type: Column['type'], value: unknown, nowMs: number): ReturnType<Column['cell']> {
  if (value === undefined || value === null) return null
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : JSON.stringify(value)
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null
    case 'number':
      return typeof value === 'number' ? value : null
    case 'date':
      return since(value, nowMs)
    default:
      return type satisfies never
  }
}
