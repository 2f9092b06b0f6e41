import { isNumber, type Place, type Placed, put, shown, stop, touches } from './place.ts'
import type { Quotes } from './quotes.ts'

export const jsonQuotes: Quotes = { opens: ['"'], escapes: ['"'] }

/** In a string any value; elsewhere a number, true or false. */
export function placeInJson(value: string, place: Place): Placed {
  const { quote } = place.quoted
  if (quote !== undefined) return put(JSON.stringify(value).slice(1, -1))
  const isAlone = !touches(place, /[\w.+-]/)
  if (isAlone && (isNumber(value) || value === 'true' || value === 'false')) return put(value)
  return stop(`is ${shown(value)}: outside of quotes only a number, true or false may stand`)
}
