import { objectOf, objectsOf } from '../api/json.ts'
import type { KubeObject } from '../api/kube-object.ts'

/** Its `Ready` condition holds. */
export function isReadyPod({ status }: KubeObject): boolean {
  return objectsOf(objectOf(status)['conditions']).some((one) => one['type'] === 'Ready' && one['status'] === 'True')
}

/** On its way out, or over. */
export function isTerminatingPod({ metadata, status }: KubeObject): boolean {
  const { phase } = objectOf(status)
  return metadata.deletionTimestamp !== undefined || phase === 'Failed' || phase === 'Succeeded'
}
