import type { Reading } from './measurement.ts'
import type { HttpAnswer } from './provider.ts'

export type ParsedBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'bad'; readonly why: string }

/** The body of an answer that calls itself JSON and is; otherwise what is wrong with it. Never throws. */
export function parseBody({ body, contentType }: HttpAnswer): ParsedBody {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (!isJsonType(type)) return { kind: 'bad', why: `the store answers with ${nameOf(type)}, not with JSON` }
  try {
    return { kind: 'json', value: JSON.parse(body) }
  } catch {
    return { kind: 'bad', why: 'the store answers with JSON that is cut off or malformed' }
  }
}

const isJsonType = (type: string): boolean => /^application\/(?:[\w.-]+\+)?json$/.test(type)

/** A server chooses its content type freely: only a short and ordinary one is repeated. */
const nameOf = (type: string): string => (/^[\w.+-]{1,30}\/[\w.+-]{1,50}$/.test(type) ? type : 'no known content type')

/** What a status other than 2xx means; undefined for 2xx. */
export function statusProblem(status: number): string | undefined {
  if (status >= 200 && status < 300) return undefined
  return `the store answers with HTTP ${status}${meaningOf(status)}`
}

function meaningOf(status: number): string {
  if (status >= 300 && status < 400) return ': a redirect, which is not followed'
  if (status === 401 || status === 403) return ': it does not accept these credentials, or this tenant'
  if (status === 404) return ': there is nothing at this address'
  if (status === 429) return ': it is asked too often'
  return ''
}

export const away = (why: string): Reading => ({ kind: 'away', why })

/** One line of at most 200 characters, without control characters: what a store says, fit to be shown. */
export function wordsOf(text: string): string {
  const line = text
    .slice(0, 1000)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`
}
