import type { Header } from '../api/analysis.ts'
import { refusalOfHeader } from '../api/header.ts'

/** What keeps an address from being asked, in words that follow it; undefined when nothing does. */
export function addressProblem(address: string): string | undefined {
  if (!URL.canParse(address)) return 'is not a URL'
  const url = new URL(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'is neither http:// nor https://'
  if (url.username !== '' || url.password !== '') return 'has credentials in it: they belong in a Secret, named by auth'
  return undefined
}

/** What is wrong with the headers of a source; undefined when nothing is. */
export function headersProblem(headers: readonly Header[]): string | undefined {
  return headers.map(headerProblem).find((problem) => problem !== undefined)
}

function headerProblem({ name, value }: Header): string | undefined {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return 'a header has a name that HTTP does not allow'
  const refusal = refusalOfHeader(name)
  if (refusal !== undefined) return `header ${name} ${refusal}`
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value) ? undefined : `header ${name} has a value that HTTP does not allow`
}
