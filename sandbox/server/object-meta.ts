import { sameJson } from '../../api/json.ts'
import type { KubeObject, ObjectMeta } from '../../api/kube-object.ts'
import type { FieldCause } from '../../kube/errors.ts'
import type { Kind } from './kind.ts'

/** Fields of metadata that a server knows and our own code never reads. */
export interface ServerMeta extends ObjectMeta {
  readonly generateName?: string
  readonly deletionGracePeriodSeconds?: number
  readonly managedFields?: readonly unknown[]
}

export const metaOf = (object: KubeObject): ServerMeta => object.metadata

/** An object with other metadata; keys that are given as undefined go. */
export function withMeta(
  object: KubeObject,
  changes: { readonly [K in keyof ServerMeta]?: ServerMeta[K] | undefined },
): KubeObject {
  const metadata: Record<string, unknown> = { name: object.metadata.name }
  for (const [key, value] of Object.entries(object.metadata)) if (!(key in changes)) metadata[key] = value
  for (const [key, value] of Object.entries(changes)) if (value !== undefined) metadata[key] = value
  return { ...object, metadata: metadata as unknown as ObjectMeta }
}

export function withoutStatus(object: KubeObject): KubeObject {
  if (object['status'] === undefined) return object
  const { status: _status, ...rest } = { status: undefined, ...object }
  return rest
}

/** `next` with what only the server sets taken from what is stored. */
export function keepServerFields(next: KubeObject, old: KubeObject): KubeObject {
  const {
    uid,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    generation,
    resourceVersion,
    namespace,
  } = metaOf(old)
  const kept = {
    uid,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    generation,
    resourceVersion,
    namespace,
  }
  return withMeta(next, kept)
}

/** Something that `metadata.generation` counts differs. */
export function isNewGeneration(kind: Kind, next: KubeObject, old: KubeObject): boolean {
  if (!kind.hasGeneration) return false
  if (kind.annotationsCount && !sameJson(next.metadata.annotations ?? {}, old.metadata.annotations ?? {})) return true
  const keys = new Set([...Object.keys(next), ...Object.keys(old)])
  for (const key of ['apiVersion', 'kind', 'metadata']) keys.delete(key)
  if (kind.subresources.includes('status')) keys.delete('status')
  return [...keys].some((key) => next[key] !== old[key] && !sameJson(next[key], old[key]))
}

/** The same, quickly where parts are shared. */
export function isSameObject(a: KubeObject, b: KubeObject): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => a[key] === b[key] || sameJson(a[key], b[key]))
}

/** What is wrong with a change of metadata, whatever the kind. */
export function metaCauses(next: KubeObject, old: KubeObject): readonly FieldCause[] {
  if (old.metadata.deletionTimestamp === undefined) return []
  const before = old.metadata.finalizers ?? []
  const added = (next.metadata.finalizers ?? []).filter((finalizer) => !before.includes(finalizer))
  if (added.length === 0) return []
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(', ')}}`
  return [{ field: 'metadata.finalizers', message }]
}
