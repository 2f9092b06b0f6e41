import type { Header, MetricSource } from '../api/analysis.ts'
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

/**
 * Why the headers of a source may not go to the controller's store when somebody wrote them who may write in a namespace
 * only; undefined when none would. In words that follow "an Analysis".
 */
export function tenantProblem(source: MetricSource): string | undefined {
  if (source.kind !== 'prometheus' || source.address !== undefined || source.headers.length === 0) return undefined
  const way = 'ask in a ClusterAnalysis, or an address of its own that --allow-metrics-address names'
  return `may not set headers for the controller's Prometheus, since they choose a tenant: ${way}`
}
