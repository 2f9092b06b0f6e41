import { numberOf, objectOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import type { DeleteWith, Written } from './api.ts'
import { system } from './caller.ts'
import { type ServerContext, timeText } from './context.ts'
import type { Kind } from './kind.ts'
import { resourceText } from './naming.ts'
import { isSameObject, metaOf, withMeta } from './object-meta.ts'
import { conflict } from './refusal.ts'
import { isFinished } from './updating.ts'

const orphan = 'orphan'
const foreground = 'foregroundDeletion'

/** Removes an object, or marks it where finalizers, a grace period or the dependents come first. */
export function remove(context: ServerContext, kind: Kind, old: KubeObject, options: DeleteWith): Written {
  requirePreconditions(kind, old, options)
  const warnings = context.admission.validate(requestOf(kind, old, options))
  const marked = mark(context, old, options)
  if (options.dryRun === true) return { object: marked, warnings }
  const { store } = context
  if (isFinished(marked)) return { object: store.remove(kind.resource, marked), warnings }
  return { object: isSameObject(marked, old) ? old : store.put(kind.resource, marked), warnings }
}

function requirePreconditions({ resource }: Kind, { metadata }: KubeObject, options: DeleteWith): void {
  const refuse = (what: string, asked: string, is: string | undefined) => {
    const why = `Precondition failed: ${what} in precondition: ${asked}, ${what} in object meta: ${is}`
    throw conflict(resourceText(resource), metadata.name, why)
  }
  const { uid, resourceVersion } = options
  if (uid && uid !== metadata.uid) refuse('UID', uid, metadata.uid)
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    refuse('ResourceVersion', resourceVersion, metadata.resourceVersion)
  }
}

function mark({ clock }: ServerContext, old: KubeObject, options: DeleteWith): KubeObject {
  const grace = graceOf(old, options)
  const before = metaOf(old)
  const isSooner = before.deletionTimestamp === undefined || grace < (before.deletionGracePeriodSeconds ?? 0)
  const at = isSooner ? timeText(clock.now() + grace * 1000) : before.deletionTimestamp
  const isFirst = before.deletionTimestamp === undefined
  const marked = withMeta(old, {
    deletionTimestamp: at,
    deletionGracePeriodSeconds: isSooner ? grace : before.deletionGracePeriodSeconds,
    generation: isFirst && before.generation !== undefined ? before.generation + 1 : before.generation,
    finalizers: finalizersOf(old, options),
  })
  return old.kind === 'Namespace' ? { ...marked, status: { ...objectOf(old['status']), phase: 'Terminating' } } : marked
}

/** Only pods leave gradually, and only those that run somewhere. */
function graceOf(object: KubeObject, { gracePeriodSeconds }: DeleteWith): number {
  const { nodeName, terminationGracePeriodSeconds } = objectOf(object['spec'])
  const phase = objectOf(object['status'])['phase']
  if (object.kind !== 'Pod' || !nodeName || phase === 'Succeeded' || phase === 'Failed') return 0
  return gracePeriodSeconds ?? numberOf(terminationGracePeriodSeconds) ?? 30
}

/** How dependents are dealt with is a finalizer that the garbage collector takes off. */
function finalizersOf({ metadata }: KubeObject, { propagationPolicy }: DeleteWith): readonly string[] | undefined {
  const { finalizers } = metadata
  if (propagationPolicy === undefined) return finalizers
  const rest = (finalizers ?? []).filter((one) => one !== orphan && one !== foreground)
  if (propagationPolicy === 'Orphan') return [...rest, orphan]
  if (propagationPolicy === 'Foreground') return [...rest, foreground]
  return rest.length === 0 ? undefined : rest
}

function requestOf({ resource }: Kind, old: KubeObject, { caller = system, dryRun = false }: DeleteWith) {
  const { name, namespace } = old.metadata
  const where = namespace === undefined ? {} : { namespace }
  return { operation: 'DELETE', resource, old, name, ...where, caller, dryRun } as const
}
