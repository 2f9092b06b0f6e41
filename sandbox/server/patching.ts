import { isRecord, objectOf } from '../../api/json.ts'
import type { KubeObject, ObjectName } from '../../api/kube-object.ts'
import { applyPatch } from '../patch/apply.ts'
import { jsonPatch } from '../patch/json.ts'
import { mergePatch } from '../patch/merge.ts'
import { strategicPatch } from '../patch/strategic.ts'
import type { AnyPatch, Write, Written } from './api.ts'
import { type ServerContext, timeText } from './context.ts'
import { create } from './creating.ts'
import { inKind } from './in-kind.ts'
import type { Kind } from './kind.ts'
import { kindText, resourceText } from './naming.ts'
import { placeOf } from './place-of.ts'
import { badRequest, conflict, invalid, Refusal } from './refusal.ts'
import { update } from './updating.ts'

/** The object that a patch makes of `old`. */
export function patchedBy(kind: Kind, old: KubeObject, patch: AnyPatch): KubeObject {
  const patched = objectOf(patchedJson(kind, old, patch))
  const { apiVersion, kind: name, metadata } = patched
  if (typeof apiVersion !== 'string' || typeof name !== 'string' || !isRecord(metadata)) {
    throw badRequest('the patch leaves no apiVersion, kind or metadata')
  }
  return requireSameIdentity(kind, old, patched as KubeObject)
}

function patchedJson(kind: Kind, old: KubeObject, patch: AnyPatch): unknown {
  switch (patch.type) {
    case 'merge':
      return mergePatch(old, patch.body)
    case 'json':
      return jsonPatch(old, patch.body)
    case 'strategic':
      if (kind.patchesByStrategy) return strategicPatch(old.kind, old, patch.body)
      throw new Refusal(
        415,
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
      )
    case 'apply':
      throw badRequest('this subresource takes no server-side apply')
    default:
      return patch satisfies never
  }
}

function requireSameIdentity({ resource }: Kind, old: KubeObject, next: KubeObject): KubeObject {
  const { name, uid } = old.metadata
  if (next.metadata.name !== name) {
    throw badRequest(`the name of the object (${next.metadata.name}) does not match the name on the URL (${name})`)
  }
  if (!next.metadata.uid || next.metadata.uid === uid) return next
  const message = `Invalid value: "${next.metadata.uid}": field is immutable`
  throw invalid(kindText(resource), name, [{ field: 'metadata.uid', message }])
}

/** Server-side apply: creates what is not there. */
export function apply(
  context: ServerContext,
  kind: Kind,
  name: ObjectName,
  { body, fieldManager, force = false }: Extract<AnyPatch, { type: 'apply' }>,
  write: Write,
): Written {
  if (fieldManager === '') throw badRequest('metadata.fieldManager: Required value: is required for apply patch')
  const live = context.store.get(kind.resource, name)
  const { subresource } = write
  const given = objectOf(body)
  const next = applyPatch({
    live,
    applied: inKind(kind, { ...given, metadata: { ...objectOf(given['metadata']), ...name } } as KubeObject),
    manager: fieldManager,
    force,
    place: placeOf(kind),
    nowIso: timeText(context.clock.now()),
    ...(subresource === undefined ? {} : { subresource }),
    ...(kind.subresources.includes('status') && subresource === undefined ? { ignored: ['status'] } : {}),
  })
  if (live !== undefined) return update(context, kind, live, next, { ...write, isApplied: true })
  const { uid } = next.metadata
  if (uid === undefined) return create(context, kind, next, write)
  const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
  throw conflict(resourceText(kind.resource), name.name, why)
}
