import { type Ask, attributesOf, type NamedAsk } from './ask.ts'
import { create, deleteAll, list, watch } from './collections.ts'
import type { RestAnswer } from './exchange.ts'
import { viewOf } from './media-type.ts'
import { createToken, get, patch, remove, update } from './objects.ts'
import { requireRight } from './rights.ts'
import { methodNotAllowed } from './status.ts'
import { isNamed, type Target } from './target.ts'
import { showTable, showWhole } from './view.ts'

/** Answers a request for objects: whether there is such a verb, whether the caller may, and then the verb. */
export function answerResource(given: Omit<Ask, 'show'>): RestAnswer {
  const { method, headers } = given.request
  const action = actionFor(method, given.target, given.query)
  requireRight(given.parts.authorize, given.caller, attributesOf(action.verb, given))
  const ask = { ...given, show: showFor(given, headers['accept']) }
  return action.answer(ask)
}

interface Action {
  /** As RBAC calls it. */
  readonly verb: string
  readonly answer: (ask: Ask) => RestAnswer
}

type Actions = Readonly<Record<string, Action>>

const onCollection: Actions = {
  GET: { verb: 'list', answer: list },
  POST: { verb: 'create', answer: create },
  DELETE: { verb: 'deletecollection', answer: deleteAll },
}
const watching: Action = { verb: 'watch', answer: watch }

const onSubresource: Actions = {
  GET: { verb: 'get', answer: named(get) },
  PUT: { verb: 'update', answer: named(update) },
  PATCH: { verb: 'patch', answer: named(patch) },
}
const onObject: Actions = { ...onSubresource, DELETE: { verb: 'delete', answer: named(remove) } }
const onToken: Actions = { POST: { verb: 'create', answer: named(createToken) } }

function named(answer: (ask: NamedAsk) => RestAnswer): Action['answer'] {
  return (ask) => {
    const { target } = ask
    if (!isNamed(target)) throw methodNotAllowed()
    return answer({ ...ask, target })
  }
}

function actionFor(method: string, target: Target, query: URLSearchParams): Action {
  const isWatch = ['1', 'true'].includes(query.get('watch') ?? '')
  const action = isWatch && !isNamed(target) && method === 'GET' ? watching : actionsOn(target)[method]
  const acrossNamespaces = target.kind.resource.namespaced && target.namespace === undefined
  if (action === undefined || (acrossNamespaces && method !== 'GET')) throw methodNotAllowed()
  return action
}

function actionsOn({ name, subresource }: Target): Actions {
  if (name === undefined) return onCollection
  if (subresource === undefined) return onObject
  return subresource === 'token' ? onToken : onSubresource
}

function showFor({ parts, target: { kind }, query }: Omit<Ask, 'show'>, accept: string | readonly string[] = '') {
  return viewOf([accept].flat().join(',')) === 'table'
    ? showTable(kind, () => parts.clock.now(), query.get('includeObject'))
    : showWhole(kind)
}
