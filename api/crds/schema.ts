import { durationPattern, longestDuration } from '../duration.ts'

/** An OpenAPI v3 schema as a CustomResourceDefinition has it; only what ours use. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly description: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly enum?: readonly string[]
  readonly format?: 'date-time' | 'int64'
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly 'x-kubernetes-int-or-string'?: true
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'map'
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-validations'?: readonly Rule[]
}

/** A CEL rule of the API server's. */
export interface Rule {
  readonly rule: string
  readonly message: string
  readonly fieldPath?: string
}

export interface ObjectExtras {
  readonly required?: readonly string[]
  readonly rules?: readonly Rule[]
}

export function object(
  description: string,
  properties: Readonly<Record<string, Schema>>,
  extras: ObjectExtras = {},
): Schema {
  const { required = [], rules = [] } = extras
  return {
    type: 'object',
    description,
    properties,
    ...(required.length === 0 ? {} : { required }),
    ...checked(rules),
  }
}

export interface ListExtras {
  readonly minItems?: number
  readonly maxItems: number
  readonly rules?: readonly Rule[]
}

/** A list whose items are told apart by their `name`: the server refuses two of one name. */
export function named(description: string, items: Schema, { rules = [], ...bounds }: ListExtras): Schema {
  const keys = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] } as const
  return { type: 'array', description, items, ...bounds, ...keys, ...checked(rules) }
}

const checked = (rules: readonly Rule[]) => (rules.length === 0 ? {} : { 'x-kubernetes-validations': rules })

/** A list that one writer owns as a whole. */
export function list(description: string, items: Schema, { rules = [], ...bounds }: ListExtras): Schema {
  return {
    type: 'array',
    description,
    items,
    ...bounds,
    'x-kubernetes-list-type': 'atomic',
    ...checked(rules),
  }
}

export function text(description: string, bounds: Pick<Schema, 'pattern' | 'minLength' | 'maxLength'> = {}): Schema {
  return { type: 'string', description, ...bounds }
}

export function oneOf(description: string, options: readonly string[]): Schema {
  return { type: 'string', description, enum: options }
}

export function integer(description: string, bounds: Pick<Schema, 'minimum' | 'maximum'> = {}): Schema {
  return { type: 'integer', description, ...bounds }
}

export function number(description: string, bounds: Pick<Schema, 'minimum' | 'maximum'> = {}): Schema {
  return { type: 'number', description, ...bounds }
}

/** Text by name. */
export function texts(description: string): Schema {
  return { type: 'object', description, additionalProperties: text('Text.') }
}

/** Of the fields named, an object has one and no other. */
export function exactlyOne(...fields: readonly string[]): Rule {
  const counted = fields.map((field) => `(has(self.${field}) ? 1 : 0)`).join(' + ')
  return { rule: `${counted} == 1`, message: `must be exactly one of ${fields.join(', ')}` }
}

export function boolean(description: string): Schema {
  return { type: 'boolean', description }
}

export function time(description: string): Schema {
  return { type: 'string', format: 'date-time', description }
}

/** As `10m` or `1h30m`. */
export function duration(description: string, { orZero = false, least = '' } = {}): Schema {
  const bounds = `duration(self) <= duration('${longestDuration}')`
  const lower = least === '' ? "duration(self) > duration('0s')" : `duration(self) >= duration('${least}')`
  const rule = orZero ? bounds : `${lower} && ${bounds}`
  const message = orZero
    ? `must be at most ${longestDuration}`
    : `must be ${least === '' ? 'longer than 0s' : `at least ${least}`} and at most ${longestDuration}`
  return {
    type: 'string',
    description,
    pattern: durationPattern,
    maxLength: 16,
    'x-kubernetes-validations': [{ rule, message }],
  }
}
