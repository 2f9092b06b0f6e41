import { isNumber, type Place, type Placed, put, shown, stop, touches } from './place.ts'
import type { Quotes } from './quotes.ts'

/** https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals */
export const promQlQuotes: Quotes = { opens: ['"', "'", '`', '#'], escapes: ['"', "'"] }
const letters = /[a-zA-Z0-9_:.]/

/**
 * In a string literal any value can stand, written for its quote; a name in one that is a regular expression matches
 * itself alone. Elsewhere only what cannot be more than one word can: a number, a duration, the name of a metric.
 */
export function placeInPromQl(value: string, place: Place): Placed {
  const { quote } = place.quoted
  if (quote === undefined || quote === '#') return placeWord(value, place)
  const text = isName(place) && isInPattern(place.before, quote) ? literalNames(value) : value
  return quote === '`' ? placeRaw(text) : put(escapedFor(text, quote))
}

/** Arguments are what their author says, and the pods of a side are a regular expression already. */
const isName = ({ name }: Place): boolean => !name.startsWith('args.') && !name.endsWith('.pods')

/** Of all that names of Kubernetes have in them only the dot means something else; `|` is between two of them. */
const literalNames = (names: string): string => names.replaceAll('.', '[.]')

const patternStarts: Readonly<Record<string, RegExp>> = {
  '"': /[=!]~\s*"(?:[^"\\]|\\.)*$/s,
  "'": /[=!]~\s*'(?:[^'\\]|\\.)*$/s,
  '`': /[=!]~\s*`[^`]*$/,
}

/** Whether the literal that is open at the end was begun by `=~` or `!~`. */
const isInPattern = (before: string, quote: string): boolean => patternStarts[quote]?.test(before) === true

/** Go's escapes, which PromQL has. U+FFFD is escaped since Prometheus takes it for broken UTF-8. */
function escapedFor(value: string, quote: string): string {
  return value.replace(/["'\\\p{Cc}\ufffd]/gu, (letter) => {
    if (letter === '\\' || letter === quote) return `\\${letter}`
    if (letter === '"' || letter === "'") return letter
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function placeRaw(value: string): Placed {
  if (!/[`\p{Cc}\ufffd]/u.test(value)) return put(value)
  return stop(`is ${shown(value)}, which cannot stand between backticks: put quotes around it`)
}

function placeWord(value: string, place: Place): Placed {
  if (touches(place, letters)) {
    return /^[a-zA-Z0-9_:]+$/.test(value)
      ? put(value)
      : stop(`is ${shown(value)}: only letters, digits, _ and : may stand there`)
  }
  if (isNumber(value) || isDuration(value) || isMetricName(value)) return put(value)
  const what = 'outside of quotes only a number, a duration or the name of a metric may stand'
  return stop(`is ${shown(value)}: ${what}`)
}

const isDuration = (value: string): boolean => /^(\d+(ms|[smhdwy]))+$/.test(value)

/** https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels */
const isMetricName = (value: string): boolean =>
  /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(value) && !keywords.includes(value.toLowerCase())

const keywords = [
  'and',
  'or',
  'unless',
  'atan2',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'by',
  'without',
  'offset',
  'bool',
]
