import type { ObjectName } from '../../api/kube-object.ts'
import type { Api } from '../server/api.ts'
import type { Kind } from '../server/kind.ts'

/** What a path names: a collection, an object, or a subresource of it. */
export interface Target {
  readonly kind: Kind
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: ServedSubresource
}

export const servedSubresources = ['status', 'scale', 'token'] as const
export type ServedSubresource = (typeof servedSubresources)[number]

export type NamedTarget = Target & { readonly name: string }

export const isNamed = (target: Target): target is NamedTarget => target.name !== undefined

export const objectNameOf = ({ name, namespace }: NamedTarget): ObjectName => ({
  name,
  ...(namespace !== undefined && { namespace }),
})

/** `/api/v1/…` or `/apis/GROUP/VERSION/…`; undefined when nothing is served there. */
export function targetOf(api: Api, path: string): Target | undefined {
  const [root, ...rest] = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent)
  if (root === 'api') return within(api, '', rest)
  const [group = '', ...below] = rest
  return root === 'apis' && group !== '' ? within(api, group, below) : undefined
}

function within(api: Api, group: string, [version, ...parts]: readonly string[]): Target | undefined {
  const [scope, namespace, ...inside] = parts
  const isScope = scope === 'namespaces' && inside.length > 0 && !isSubresource(inside[0])
  const [plural, name, subresource, ...more] = isScope ? inside : parts
  const kind = version && plural ? api.kind({ group, version, plural }) : undefined
  if (kind === undefined || more.length > 0 || !isInPlace(kind, isScope, name)) return undefined
  if (subresource !== undefined && !(isSubresource(subresource) && kind.subresources.includes(subresource)))
    return undefined
  return {
    kind,
    ...(isScope && namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(isSubresource(subresource) && { subresource }),
  }
}

/** A namespaced kind without its namespace can be listed, no more. */
const isInPlace = ({ resource }: Kind, isScope: boolean, name: string | undefined): boolean =>
  resource.namespaced ? isScope || name === undefined : !isScope

const isSubresource = (text: string | undefined): text is ServedSubresource =>
  servedSubresources.some((subresource) => subresource === text)
