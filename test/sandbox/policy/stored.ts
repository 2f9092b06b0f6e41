import type { KubeObject, ObjectName, Resource } from '../../../api/kube-object.ts'
import type { AdmissionRequest } from '../../../sandbox/server/admission.ts'
import type { Api } from '../../../sandbox/server/api.ts'

export interface Stored extends Pick<Api, 'list' | 'find' | 'watch'> {
  put(...objects: readonly KubeObject[]): void
  remove(kind: string, name: string): void
  /** How often something was listed. */
  readonly lists: () => number
}

/** Objects that can be listed, found and watched for changes; no more of an API than policies and rights need. */
export function stored(...initial: readonly KubeObject[]): Stored {
  let objects: readonly KubeObject[] = []
  let lists = 0
  const watches: { readonly kind: string; readonly tell: (object: KubeObject) => void }[] = []
  const keyOf = ({ kind, metadata }: KubeObject) => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`
  const tell = (object: KubeObject) => {
    for (const watch of watches) if (watch.kind === object.kind) watch.tell(object)
  }
  const put = (...given: readonly KubeObject[]) => {
    for (const object of given) {
      objects = [...objects.filter((other) => keyOf(other) !== keyOf(object)), object]
      objects = objects.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      tell(object)
    }
  }
  put(...initial)
  return {
    put,
    remove(kind, name) {
      const gone = objects.filter((object) => object.kind === kind && object.metadata.name === name)
      objects = objects.filter((object) => !gone.includes(object))
      for (const object of gone) tell(object)
    },
    lists: () => lists,
    list({ kind }: Resource) {
      lists++
      return { items: objects.filter((object) => object.kind === kind), resourceVersion: '1' }
    },
    find: ({ kind }: Resource, { name }: ObjectName) =>
      objects.find((object) => object.kind === kind && object.metadata.name === name),
    watch({ kind }, _from, listener) {
      watches.push({ kind, tell: (object) => listener({ type: 'MODIFIED', object }) })
      return () => {}
    },
  }
}

export const asUser = (username: string) => ({ username, groups: ['system:authenticated'] })

/** An update of a Deployment in namespace shop by ann. */
export function updateOf(
  old: KubeObject,
  object: KubeObject,
  changes: Partial<AdmissionRequest> = {},
): AdmissionRequest {
  return {
    operation: 'UPDATE',
    resource: { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true },
    object,
    old,
    namespace: 'shop',
    name: object.metadata.name,
    caller: asUser('ann'),
    dryRun: false,
    ...changes,
  }
}
