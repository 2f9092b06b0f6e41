import type { KubeObject } from '../../api/kube-object.ts'
import { trackUpdate } from '../patch/apply.ts'
import { keepTimes } from '../patch/managers.ts'
import type { Write, Written } from './api.ts'
import { system } from './caller.ts'
import { completeBy } from './completing.ts'
import { type ServerContext, timeText } from './context.ts'
import type { Kind } from './kind.ts'
import { kindText, resourceText } from './naming.ts'
import { isNewGeneration, isSameObject, keepServerFields, metaCauses, metaOf, withMeta } from './object-meta.ts'
import { placeOf } from './place-of.ts'
import { conflict, invalid } from './refusal.ts'

export interface Update extends Write {
  /** The object says itself who owns what of it, as after a server-side apply. */
  readonly isApplied?: boolean
}

/** Stores a change of `old`: all but the status, or the status alone. A change of nothing keeps the version. */
export function update(context: ServerContext, kind: Kind, old: KubeObject, given: KubeObject, write: Update): Written {
  requireSameVersion(kind, old, given)
  const isStatus = write.subresource === 'status'
  const merged = isStatus ? statusOnly(kind, old, given) : mainOnly(kind, old, given, write)
  const completed = completeBy(kind, merged, write)
  const prepared = kind.prepare?.(completed.object, old) ?? completed.object
  const owned = write.isApplied ? prepared : ownedBy(context, kind, old, prepared, write)
  const request = requestOf(kind, old, write)
  const admitted = mutated(context, kind, owned, old, request)
  const counted =
    !isStatus && isNewGeneration(kind, admitted, old)
      ? withMeta(admitted, { generation: (old.metadata.generation ?? 0) + 1 })
      : admitted
  const causes = [...metaCauses(counted, old), ...(isOwnBusiness(kind, write) ? [] : kind.validate(counted, old))]
  if (causes.length > 0) throw invalid(kindText(kind.resource), old.metadata.name, causes)
  const said = context.admission.validate({ ...request, object: counted, old })
  return { object: store(context, kind, old, counted, write), warnings: [...completed.warnings, ...said] }
}

/** What controllers and kubelets say of built-in kinds is not held against the rules for users. */
function isOwnBusiness({ patchesByStrategy }: Kind, { subresource }: Update): boolean {
  return subresource === 'binding' || (subresource === 'status' && patchesByStrategy)
}

function requireSameVersion(kind: Kind, old: KubeObject, { metadata }: KubeObject): void {
  const name = old.metadata.name
  const { uid, resourceVersion } = metadata
  if (uid && uid !== old.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`
    throw conflict(resourceText(kind.resource), name, why)
  }
  if (resourceVersion && resourceVersion !== old.metadata.resourceVersion) {
    const why = 'the object has been modified; please apply your changes to the latest version and try again'
    throw conflict(resourceText(kind.resource), name, why)
  }
  if (!resourceVersion && !kind.allowsBlindUpdate) {
    const message = 'Invalid value: 0: must be specified for an update'
    throw invalid(kindText(kind.resource), name, [{ field: 'metadata.resourceVersion', message }])
  }
}

/** Upstream lets the status of a Deployment bring its annotations: so its revision is written. */
function statusOnly({ annotationsCount }: Kind, old: KubeObject, given: KubeObject): KubeObject {
  const { annotations } = given.metadata
  return { ...(annotationsCount ? withMeta(old, { annotations }) : old), status: given['status'] }
}

function mainOnly(kind: Kind, old: KubeObject, given: KubeObject, { subresource }: Write): KubeObject {
  const next = keepServerFields(given, old)
  const keepsSpec = old.kind === 'Namespace' && subresource !== 'finalize' && old['spec'] !== undefined
  const withSpec = keepsSpec ? { ...next, spec: old['spec'] } : next
  if (!kind.subresources.includes('status')) return withSpec
  const { status: _given, ...main } = { status: undefined, ...withSpec }
  return old['status'] === undefined ? main : { ...main, status: old['status'] }
}

/** Before admission, so that what a policy sets is nobody's. */
function ownedBy({ clock }: ServerContext, kind: Kind, old: KubeObject, updated: KubeObject, write: Write): KubeObject {
  const { fieldManager: manager = 'unknown', subresource } = write
  const nowIso = timeText(clock.now())
  const where = subresource === undefined ? {} : { subresource }
  return trackUpdate({ old, updated, manager, place: placeOf(kind), nowIso, ...where })
}

type Request = ReturnType<typeof requestOf>

function requestOf({ resource }: Kind, old: KubeObject, { caller = system, dryRun = false, subresource }: Write) {
  const { name, namespace } = old.metadata
  return {
    operation: 'UPDATE',
    resource,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(subresource === undefined ? {} : { subresource }),
    caller,
    dryRun,
  } as const
}

function mutated({ admission }: ServerContext, kind: Kind, object: KubeObject, old: KubeObject, request: Request) {
  const changed = admission.mutate({ ...request, object, old }) ?? object
  return changed === object ? object : kind.complete(changed)
}

function store({ store: objects }: ServerContext, kind: Kind, old: KubeObject, given: KubeObject, write: Write) {
  const next = keepTimes(old, given)
  if (isSameObject(next, old)) return old
  if (write.dryRun === true) return next
  return isFinished(next) ? objects.remove(kind.resource, next) : objects.put(kind.resource, next)
}

/** Marked as deleted, and nothing and nobody keeps it any longer. */
export function isFinished(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = metaOf(object)
  const spec = object.kind === 'Namespace' ? object['spec'] : undefined
  const content = spec as { readonly finalizers?: readonly string[] } | undefined
  return (
    deletionTimestamp !== undefined &&
    deletionGracePeriodSeconds === 0 &&
    finalizers.length === 0 &&
    (content?.finalizers ?? []).length === 0
  )
}
