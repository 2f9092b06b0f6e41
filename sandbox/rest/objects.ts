import type { KubeObject } from '../../api/kube-object.ts'
import { scaleOf } from '../server/scale.ts'
import { isFinished } from '../server/updating.ts'
import { attributesOf, type NamedAsk, shown, writtenAnswer } from './ask.ts'
import { objectIn, parseBody, patchIn } from './body.ts'
import { ok, type RestAnswer } from './exchange.ts'
import { requireRight } from './rights.ts'
import { objectNameOf } from './target.ts'
import { requestToken } from './token-request.ts'
import { deletionOf, writeOf } from './write-options.ts'

/** One object, or its Scale. */
export function get(ask: NamedAsk): RestAnswer {
  const { kind, subresource } = ask.target
  const object = existing(ask)
  return ok(shown(ask, subresource === 'scale' ? scaleOf(kind, object) : object))
}

const existing = ({ parts, target }: NamedAsk): KubeObject => parts.api.get(target.kind.resource, objectNameOf(target))

export function update(ask: NamedAsk): RestAnswer {
  const { parts, target } = ask
  const object = objectIn(ask.request, target)
  return writtenAnswer(ask, parts.api.replace(target.kind.resource, object, writeOf(ask)))
}

/** An apply that makes an object needs the right to create it as well. */
export function patch(ask: NamedAsk): RestAnswer {
  const { parts, caller, target } = ask
  const change = patchIn(ask.request, ask.query)
  const { resource } = target.kind
  const name = objectNameOf(target)
  const creates = change.type === 'apply' && parts.api.find(resource, name) === undefined
  if (creates) requireRight(parts.authorize, caller, attributesOf('create', ask))
  return writtenAnswer(ask, parts.api.patch(resource, name, change, writeOf(ask)), creates ? 201 : 200)
}

/** What is gone is answered with a Status, what waits for its finalizers with the object. */
export function remove(ask: NamedAsk): RestAnswer {
  const { resource } = ask.target.kind
  const { object, warnings } = ask.parts.api.delete(resource, objectNameOf(ask.target), deletionOf(ask))
  if (!isFinished(object)) return writtenAnswer(ask, { object, warnings })
  const { name, uid } = object.metadata
  const details = { name, ...(resource.group && { group: resource.group }), kind: resource.plural, uid }
  return { ...ok({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }), warnings }
}

export function createToken(ask: NamedAsk): RestAnswer {
  const answer = requestToken(ask.parts.tokens, existing(ask), parseBody(ask.request))
  return { kind: 'whole', status: 201, body: answer }
}
