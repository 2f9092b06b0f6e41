import type { KubeObject } from '../../api/kube-object.ts'
import type { LiveObjects, RouteWrite } from '../../traffic-providers/provider.ts'

/**
 * What an API server would hold after these writes. It refuses what a real one would refuse, and what a real one would
 * let pass but we never want: a replace or a delete without the version that was seen.
 */
export function applyWrites(live: LiveObjects, writes: readonly RouteWrite[]): LiveObjects {
  return writes.reduce(applyWrite, live)
}

function applyWrite(live: LiveObjects, write: RouteWrite): LiveObjects {
  const key = keyOf(write.object)
  const seen = live.find((object) => keyOf(object) === key)
  if (write.kind === 'create') {
    if (seen !== undefined) throw new Error(`409 AlreadyExists: ${key}`)
    return [...live, stored(write.object, live)]
  }
  const { uid, resourceVersion } = write.object.metadata
  if (seen === undefined) throw new Error(`404 NotFound: ${key}`)
  if (uid === undefined || uid !== seen.metadata.uid) throw new Error(`409 Conflict: uid of ${key}`)
  if (resourceVersion === undefined || resourceVersion !== seen.metadata.resourceVersion) {
    throw new Error(`409 Conflict: resourceVersion of ${key}`)
  }
  return write.kind === 'delete'
    ? live.filter((object) => object !== seen)
    : live.map((object) => (object === seen ? replaced(write.object, live) : object))
}

export const keyOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`

/** An object as the server returns it: with what only a server sets, and the keys that a client never sends. */
export function stored(object: KubeObject, live: LiveObjects = []): KubeObject {
  const version = nextVersion(live)
  const metadata: KubeObject['metadata'] & { readonly managedFields: unknown } = {
    uid: `uid-${version}`,
    creationTimestamp: '2026-01-01T00:00:00Z',
    generation: 1,
    ...object.metadata,
    resourceVersion: String(version),
    managedFields: [{ manager: 'server', operation: 'Update', fieldsV1: { 'f:spec': {} } }],
  }
  return { ...object, metadata, status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } } }
}

function replaced(object: KubeObject, live: LiveObjects): KubeObject {
  const generation = (object.metadata.generation ?? 0) + 1
  return { ...object, metadata: { ...object.metadata, generation, resourceVersion: String(nextVersion(live)) } }
}

const nextVersion = (live: LiveObjects): number =>
  1 + Math.max(1000, ...live.map(({ metadata }) => Number(metadata.resourceVersion ?? 0)))
