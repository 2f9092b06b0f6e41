import type { Clock } from '../../api/clock.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import type { Selection } from '../../kube/types.ts'
import type { Api, Written } from '../server/api.ts'
import type { Attributes, Authorize, Caller } from '../server/caller.ts'
import type { Lines, RestAnswer, RestRequest } from './exchange.ts'
import type { NamedTarget, Target } from './target.ts'
import type { Tokens } from './tokens.ts'
import type { Show } from './view.ts'

/** One request for a resource: whose, for what, and what it says. */
export interface Ask {
  readonly parts: ResourceParts
  readonly caller: Caller
  readonly request: RestRequest
  readonly query: URLSearchParams
  readonly target: Target
  readonly show: Show
  readonly lines: Lines
}

export type NamedAsk = Ask & { readonly target: NamedTarget }

export interface ResourceParts {
  readonly api: Api
  readonly clock: Clock
  readonly authorize: Authorize
  readonly tokens: Tokens
}

/** What is asked for as RBAC sees it. A list or a watch of one name counts as being about that object. */
export function attributesOf(verb: string, { target, query }: Pick<Ask, 'target' | 'query'>): Attributes {
  const { kind, name, subresource } = target
  const [, selected] = /^metadata\.name==?([^,]+)$/.exec(query.get('fieldSelector') ?? '') ?? []
  const named = name ?? selected
  const namespace = kind.resource.plural === 'namespaces' ? name : target.namespace // a namespace is within itself
  return {
    verb,
    group: kind.resource.group,
    resource: kind.resource.plural,
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
    ...(named !== undefined && { name: named }),
  }
}

export function selectionOf({ query, target: { namespace } }: Ask): Selection {
  const labelSelector = query.get('labelSelector')
  const fieldSelector = query.get('fieldSelector')
  return {
    ...(namespace !== undefined && { namespace }),
    ...(labelSelector && { labelSelector }),
    ...(fieldSelector && { fieldSelector }),
  }
}

export const writtenAnswer = (ask: Ask, { object, warnings }: Written, status = 200): RestAnswer => ({
  kind: 'whole',
  status,
  body: shown(ask, object),
  warnings,
})

/** A Scale is shown whole: the columns are the object's own. */
export const shown = ({ target, show }: Ask, object: KubeObject): unknown =>
  target.subresource === 'scale' ? object : show.object(object)
