import type { KubeObject, ObjectName, Resource } from '../../api/kube-object.ts'
import { KubeError } from '../../kube/errors.ts'

/** One object behind conditional writes, as the API server keeps it. `down` makes every call hang until aborted. */
export function createOneObject() {
  let stored: KubeObject | undefined
  let version = 0
  const cut = new Set<string>()
  const gate = (who: string, signal: AbortSignal | undefined): Promise<void> | undefined =>
    cut.has(who)
      ? new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
      : undefined
  const store = (object: KubeObject): KubeObject => {
    version += 1
    stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }
    return stored
  }
  return {
    current: () => stored,
    /** That client's calls hang from now on, as behind a dead network. */
    disconnect: (who: string) => cut.add(who),
    clientFor: (who: string) => ({
      async get(_resource: Resource, _name: ObjectName, signal?: AbortSignal) {
        await gate(who, signal)
        if (stored === undefined) throw new KubeError('not-found', 'no lease')
        return stored
      },
      async create(_resource: Resource, object: KubeObject, _options?: object, signal?: AbortSignal) {
        await gate(who, signal)
        if (stored !== undefined) throw new KubeError('exists', 'there is one')
        return store(object)
      },
      async replace(_resource: Resource, object: KubeObject, _options?: object, signal?: AbortSignal) {
        await gate(who, signal)
        if (object.metadata.resourceVersion !== stored?.metadata.resourceVersion)
          throw new KubeError('conflict', 'stale')
        return store(object)
      },
    }),
  }
}
