import type { KubeObject } from '../../api/kube-object.ts'
import type { AnyPatch, Write, Written } from './api.ts'
import type { ServerContext } from './context.ts'
import type { Kind } from './kind.ts'
import { patchedBy } from './patching.ts'
import { notFound } from './refusal.ts'
import { scaled, scaleOf } from './scale.ts'
import { update } from './updating.ts'

/** Sets the number of replicas by way of the `scale` subresource; answers with the Scale as it is then. */
export function replaceScale(
  context: ServerContext,
  kind: Kind,
  old: KubeObject,
  scale: KubeObject,
  write: Write,
): Written {
  if (kind.scale === undefined) throw notFound(`${kind.resource.plural}/scale`, old.metadata.name)
  const next = scaled(kind.scale, old, scale)
  const { object, warnings } = update(context, kind, old, next, write)
  return { object: scaleOf(kind, object), warnings }
}

export function patchScale(
  context: ServerContext,
  kind: Kind,
  old: KubeObject,
  patch: AnyPatch,
  write: Write,
): Written {
  const scale = scaleOf(kind, old)
  return replaceScale(context, kind, old, patchedBy({ ...kind, patchesByStrategy: true }, scale, patch), write)
}
