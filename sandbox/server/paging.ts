import type { KubeObject } from '../../api/kube-object.ts'
import type { KubeList, ListOptions } from '../../kube/types.ts'
import { badRequest, gone } from './refusal.ts'
import type { Selected } from './selection.ts'
import type { Place, Store } from './store.ts'

/** Where the next page begins, and of which moment all pages are. */
interface Token {
  readonly version: number
  readonly after: string
}

/** One page, or all; the pages of one list are of one moment. */
export function pageOf(store: Store, place: Place, selected: Selected, options: ListOptions): KubeList {
  const token = options.continue ? parseToken(options.continue) : undefined
  const version = token?.version ?? store.version()
  const all = token ? store.listAt(place, version) : store.list(place)
  if (all === undefined) throw gone('The provided continue parameter is too old to display a consistent list result.')
  const rest = all.filter((object) => selected(object) && (token === undefined || keyOf(object) > token.after))
  const { limit = 0 } = options
  if (limit <= 0 || rest.length <= limit) return { items: rest, resourceVersion: String(version) }
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  const next = tokenOf({ version, after: last === undefined ? '' : keyOf(last) })
  return { items, resourceVersion: String(version), continue: next }
}

const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`

const tokenOf = ({ version, after }: Token): string => Buffer.from(`${version} ${after}`).toString('base64url')

function parseToken(text: string): Token {
  const [, version, after] = /^(\d+) (.*)$/.exec(Buffer.from(text, 'base64url').toString()) ?? []
  if (version === undefined || after === undefined) throw badRequest(`continue key is not valid: ${text}`)
  return { version: Number(version), after }
}
