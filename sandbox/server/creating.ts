import type { KubeObject } from '../../api/kube-object.ts'
import type { Write, Written } from './api.ts'
import { system } from './caller.ts'
import { completeBy } from './completing.ts'
import { type ServerContext, timeText } from './context.ts'
import type { Kind } from './kind.ts'
import { kindText, resourceText } from './naming.ts'
import { metaOf, withMeta, withoutStatus } from './object-meta.ts'
import { alreadyExists, badRequest, forbidden, invalid, notFound, Refusal } from './refusal.ts'

/** Stores a new object: completed, admitted, checked, in the order in which a real server does it. */
export function create(context: ServerContext, kind: Kind, given: KubeObject, write: Write): Written {
  requireNamespace(context, kind, given)
  requireNoVersion(given)
  const completed = completeBy(kind, newborn(context, kind, given), write)
  const prepared = kind.prepare?.(completed.object) ?? completed.object
  const admitted = mutated(context, kind, prepared, write)
  const { name } = admitted.metadata
  const causes = kind.validate(admitted)
  if (causes.length > 0) throw invalid(kindText(kind.resource), name, causes)
  const said = context.admission.validate(requestOf(kind, admitted, write))
  if (context.store.get(kind.resource, admitted.metadata)) throw alreadyExists(resourceText(kind.resource), name)
  const object = write.dryRun === true ? admitted : context.store.put(kind.resource, admitted)
  return { object, warnings: [...completed.warnings, ...said] }
}

/** A namespaced object needs its namespace, and one that is not on its way out. */
function requireNamespace({ store }: ServerContext, { resource }: Kind, { metadata }: KubeObject): void {
  if (!resource.namespaced) return
  const { namespace } = metadata
  if (!namespace) throw badRequest('an empty namespace may not be set during creation')
  const found = store.get({ group: '', plural: 'namespaces' }, { name: namespace })
  if (found === undefined) throw notFound('namespaces', namespace)
  if (found.metadata.deletionTimestamp === undefined) return
  throw forbidden(
    `${resourceText(resource)} "${metadata.name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
  )
}

function requireNoVersion({ metadata }: KubeObject): void {
  if (!metadata.resourceVersion) return
  throw new Refusal(500, 'InternalError', 'resourceVersion should not be set on objects to be created')
}

function newborn({ ids, clock }: ServerContext, kind: Kind, given: KubeObject): KubeObject {
  const { generateName } = metaOf(given)
  const name = given.metadata.name || (generateName ? `${generateName.slice(0, 58)}${ids.suffix()}` : '')
  if (name === '') {
    const cause = { field: 'metadata.name', message: 'Required value: name or generateName is required' }
    throw invalid(kindText(kind.resource), '', [cause])
  }
  const born = withMeta(given, {
    name,
    namespace: kind.resource.namespaced ? given.metadata.namespace : undefined,
    uid: ids.uid(),
    creationTimestamp: timeText(clock.now()),
    generation: kind.hasGeneration ? 1 : undefined,
    resourceVersion: undefined,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
  })
  return kind.subresources.includes('status') ? withoutStatus(born) : born
}

function mutated({ admission }: ServerContext, kind: Kind, object: KubeObject, write: Write): KubeObject {
  const changed = admission.mutate(requestOf(kind, object, write)) ?? object
  return changed === object ? object : kind.complete(changed)
}

function requestOf({ resource }: Kind, object: KubeObject, { caller = system, dryRun = false }: Write) {
  const { name, namespace } = object.metadata
  const where = namespace === undefined ? {} : { namespace }
  return { operation: 'CREATE', resource, object, name, ...where, caller, dryRun } as const
}
