import { badRequest, type Refusal } from '../server/refusal.ts'
import type { Scalar } from './fields/models.ts'
import { canonicalQuantity } from './quantity.ts'

/** The value as the API writes it, the same where it is; undefined when it is of another type. Text that cannot be read is refused. */
export function completeScalar(value: unknown, scalar: Scalar): unknown {
  switch (scalar) {
    case 'string':
      return typeof value === 'string' ? value : undefined
    case 'bool':
      return typeof value === 'boolean' ? value : undefined
    case 'float64':
      return typeof value === 'number' ? value : undefined
    case 'int32':
    case 'int64':
      return isInteger(value, scalar === 'int32' ? 2 ** 31 : 2 ** 63) ? value : undefined
    case 'intOrString':
      return typeof value === 'string' || isInteger(value, 2 ** 31) ? value : undefined
    case 'bytes':
      return typeof value === 'string' ? completeBytes(value) : undefined
    case 'quantity':
      return typeof value === 'string' || typeof value === 'number' ? completeQuantity(value) : undefined
    case 'time':
      return typeof value === 'string' ? completeTime(value) : undefined
    case 'microTime':
      return typeof value === 'string' ? completeMicroTime(value) : undefined
    case 'any':
      return value
    default:
      return scalar satisfies never
  }
}

const isInteger = (value: unknown, limit: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit

function completeBytes(value: string): string {
  const bad = value.search(/[^A-Za-z0-9+/=]/)
  if (bad >= 0 || value.length % 4 !== 0) throw badRequest(`illegal base64 data at input byte ${Math.max(0, bad)}`)
  return value
}

function completeQuantity(value: string | number): string {
  const canonical = canonicalQuantity(value)
  if (canonical !== undefined) return canonical
  throw badRequest("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
}

const seconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

function completeTime(value: string): string {
  const [, fraction, zone] = seconds.exec(value) ?? []
  if (zone === undefined) throw unreadable(value, '2006-01-02T15:04:05Z07:00')
  if (zone === 'Z' && fraction === undefined) return value
  return `${new Date(value).toISOString().slice(0, 19)}Z`
}

function completeMicroTime(value: string): string {
  const [, fraction = ''] = seconds.exec(value) ?? []
  if (fraction.length !== 7) throw unreadable(value, '2006-01-02T15:04:05.000000Z07:00')
  return value
}

const unreadable = (value: string, layout: string): Refusal =>
  badRequest(`parsing time "${value}" as "${layout}": cannot parse "${value}" as "2006"`)
