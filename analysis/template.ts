import { jsonQuotes, placeInJson } from './template/json.ts'
import { type Place, type Placed, type Places, put, stop } from './template/place.ts'
import { placeInPath, placeInText, placeNumber } from './template/plain.ts'
import { placeInPromQl, promQlQuotes } from './template/promql.ts'
import { type Quoted, type Quotes, quotedAfter } from './template/quotes.ts'
import { placeInUrl } from './template/url.ts'

/**
 * What a template is written in: PromQL; a URL or a form; JSON; a JSONPath or a name (`path`); an expression that takes
 * numbers alone (`number`); one line of printable ASCII (`plain`).
 */
export type Language = 'promql' | 'url' | 'json' | 'path' | 'number' | 'plain'

export type Rendered = Placed

interface Grammar {
  readonly places: Places
  readonly quotes?: Quotes
}

const grammars: Readonly<Record<Language, Grammar>> = {
  promql: { places: placeInPromQl, quotes: promQlQuotes },
  url: { places: placeInUrl },
  json: { places: placeInJson, quotes: jsonQuotes },
  path: { places: placeInPath },
  number: { places: placeNumber },
  plain: { places: placeInText },
}

/**
 * Puts values for `{{ name }}`, once: what looks like a template in a value stays as it is. Invalid is a name that has
 * no value, braces or a string that are not closed, and a value that would break out of where it stands; `why` names it.
 */
export function renderTemplate(
  text: string,
  variables: Readonly<Record<string, string>>,
  language: Language,
): Rendered {
  const { places, quotes } = grammars[language]
  const [head = '', ...rest] = text.split('{{')
  let quoted = quotedAt(quotes, {}, head)
  let before = head
  let done = head
  for (const piece of rest) {
    const end = piece.indexOf('}}')
    if (end < 0) return stop('{{ is not closed with }}')
    const [name, after] = [piece.slice(0, end).trim(), piece.slice(end + 2)]
    const placed = placeValue(places, variables, { name, before, after, quoted })
    if (placed.kind === 'invalid') return placed
    done += placed.text + after
    // A value never changes where the next one stands: one letter does for it.
    before += `x${after}`
    quoted = quotedAt(quotes, quoted, after)
  }
  return isOpen(quoted) ? stop(`a string is not closed with ${quoted.quote}`) : put(done)
}

const quotedAt = (quotes: Quotes | undefined, from: Quoted, text: string): Quoted =>
  quotes === undefined ? from : quotedAfter(quotes, from, text)

const isOpen = ({ quote }: Quoted): boolean => quote !== undefined && quote !== '#'

function placeValue(places: Places, variables: Readonly<Record<string, string>>, place: Place): Placed {
  const name = `{{ ${place.name} }}`
  const value = Object.hasOwn(variables, place.name) ? variables[place.name] : undefined
  if (value === undefined) return stop(`there is no ${name}; there are: ${Object.keys(variables).join(', ')}`)
  if (!isWellFormed(value)) return stop(`${name} is not text: it has half a character in it`)
  const placed = place.quoted.escaped ? stop('stands after a backslash') : places(value, place)
  return placed.kind === 'ok' ? placed : stop(`${name} ${placed.why}`)
}

/** Every surrogate has its other half. */
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text)
