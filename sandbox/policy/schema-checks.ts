import { isRecord, type JsonObject, numberOf, objectsOf, sameJson } from '../../api/json.ts'
import { invalid, type Problem, problem } from './problem.ts'
import type { Check, Schema } from './schema.ts'
import { schemaProblems } from './schema-validate.ts'

/** The keywords of a schema that are about a value itself, each as a check. */
export function checksOf(json: JsonObject, read: (part: JsonObject) => Schema): readonly Check[] {
  return [
    ...(Array.isArray(json['enum']) ? [oneOf(json['enum'])] : []),
    ...sized(json),
    ...numeric(json),
    ...(typeof json['pattern'] === 'string' ? [pattern(json['pattern'])] : []),
    ...(typeof json['format'] === 'string' ? [format(json['format'])] : []),
    ...(json['uniqueItems'] === true ? [unique] : []),
    ...combined(json, read),
  ]
}

function oneOf(options: readonly unknown[]): Check {
  const named = options.map((option) => JSON.stringify(typeof option === 'string' ? option : JSON.stringify(option)))
  const detail = `supported values: ${named.join(', ')}`
  return (value, at) =>
    options.some((option) => sameJson(option, value)) ? undefined : problem(at, 'Unsupported value', detail, value)
}

/** Lengths of texts, in characters; of lists; of maps. */
function sized(json: JsonObject): readonly Check[] {
  return [
    ...bound(
      json['minLength'],
      textSize,
      (size, min) => size >= min,
      (min) => `should be at least ${min} chars long`,
    ),
    ...bound(
      json['minItems'],
      listSize,
      (size, min) => size >= min,
      (min) => `should have at least ${min} items`,
    ),
    ...bound(
      json['minProperties'],
      mapSize,
      (size, min) => size >= min,
      (min) => `should have at least ${min} properties`,
    ),
    ...atMost(json['maxLength'], textSize, (at, max) =>
      problem(at, 'Too long', `may not be more than ${max} ${max === 1 ? 'byte' : 'bytes'}`),
    ),
    ...atMost(json['maxItems'], listSize, tooMany),
    ...atMost(json['maxProperties'], mapSize, tooMany),
  ]
}

const textSize = (value: unknown) => (typeof value === 'string' ? Array.from(value).length : undefined)
const listSize = (value: unknown) => (Array.isArray(value) ? value.length : undefined)
const mapSize = (value: unknown) => (isRecord(value) ? Object.keys(value).length : undefined)

const tooMany = (at: string, max: number, size: number) =>
  problem(at, 'Too many', `must have at most ${max} ${max === 1 ? 'item' : 'items'}`, size)

function numeric(json: JsonObject): readonly Check[] {
  const [isBelow, isAbove] = [json['exclusiveMaximum'] === true, json['exclusiveMinimum'] === true]
  return [
    ...bound(
      json['minimum'],
      numberOf,
      (value, min) => (isAbove ? value > min : value >= min),
      (min) => (isAbove ? `should be greater than ${min}` : `should be greater than or equal to ${min}`),
    ),
    ...bound(
      json['maximum'],
      numberOf,
      (value, max) => (isBelow ? value < max : value <= max),
      (max) => (isBelow ? `should be less than ${max}` : `should be less than or equal to ${max}`),
    ),
    ...bound(
      json['multipleOf'],
      numberOf,
      (value, of) => value % of === 0,
      (of) => `should be a multiple of ${of}`,
    ),
  ]
}

type Measure = (value: unknown) => number | undefined

/** A limit that holds for what can be measured so. */
function bound(
  limit: unknown,
  measure: Measure,
  holds: (size: number, limit: number) => boolean,
  should: (limit: number) => string,
): readonly Check[] {
  if (typeof limit !== 'number') return []
  const check: Check = (value, at) => {
    const size = measure(value)
    if (size === undefined || holds(size, limit)) return undefined
    // Of a list or a map that is too small the API names the size.
    return invalid(at, `${inBody(at)} ${should(limit)}`, typeof value === 'object' ? size : value)
  }
  return [check]
}

function atMost(
  limit: unknown,
  measure: Measure,
  say: (at: string, limit: number, size: number) => Problem,
): readonly Check[] {
  if (typeof limit !== 'number') return []
  const check: Check = (value, at) => {
    const size = measure(value)
    return size === undefined || size <= limit ? undefined : say(at, limit, size)
  }
  return [check]
}

function pattern(text: string): Check {
  const regular = new RegExp(text)
  return (value, at) =>
    typeof value !== 'string' || regular.test(value)
      ? undefined
      : invalid(at, `${inBody(at)} should match '${text}'`, value)
}

const formats: Readonly<Record<string, RegExp>> = {
  'date-time': /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
}

/** Formats that are not among these hold for everything. */
function format(name: string): Check {
  const regular = Object.hasOwn(formats, name) ? formats[name] : undefined
  return (value, at) =>
    regular === undefined || typeof value !== 'string' || regular.test(value)
      ? undefined
      : invalid(at, `${inBody(at)} must be of type ${name}: ${JSON.stringify(value)}`, value)
}

const unique: Check = (value, at) =>
  Array.isArray(value) && value.some((item, index) => value.slice(0, index).some((other) => sameJson(item, other)))
    ? invalid(at, `${inBody(at)} shouldn't contain duplicates`, value)
    : undefined

/** `allOf`, `anyOf`, `oneOf`, `not`. */
function combined(json: JsonObject, read: (part: JsonObject) => Schema): readonly Check[] {
  const named = (word: string) => objectsOf(json[word]).map(read)
  const [all, any, one] = [named('allOf'), named('anyOf'), named('oneOf')]
  const not = objectsOf([json['not']]).map(read)
  const must = (parts: readonly Schema[], holds: (count: number) => boolean, what: string): readonly Check[] =>
    parts.length === 0
      ? []
      : [(value, at) => (holds(fitting(parts, value)) ? undefined : invalid(at, `${inBody(at)} ${what}`, value))]
  return [
    ...must(all, (count) => count === all.length, 'must validate all the schemas (allOf)'),
    ...must(any, (count) => count > 0, 'must validate at least one schema (anyOf)'),
    ...must(one, (count) => count === 1, 'must validate one and only one schema (oneOf)'),
    ...must(not, (count) => count === 0, 'must not validate the schema (not)'),
  ]
}

const fitting = (parts: readonly Schema[], value: unknown): number =>
  parts.filter((part) => schemaProblems(part, value, undefined, '').length === 0).length

const inBody = (at: string) => `${at} in body`
