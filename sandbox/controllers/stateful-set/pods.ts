import { numberOf, objectOf } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { podOf } from '../new-pod.ts'
import { controllerRef } from '../owner.ts'
import * as served from '../resources.ts'
import { templateOf } from './revisions.ts'

export const revisionLabel = 'controller-revision-hash'

/** `2` of the pod `web-2` of the StatefulSet `web`; undefined for a pod of any other name. */
export function ordinalOf(set: KubeObject, pod: KubeObject): number | undefined {
  const [, parent, ordinal] = /^(.*)-(\d+)$/.exec(pod.metadata.name) ?? []
  return parent === set.metadata.name ? Number(ordinal) : undefined
}

export const revisionNameOf = ({ metadata }: KubeObject): string => metadata.labels?.[revisionLabel] ?? ''

export const startOf = (set: KubeObject): number => numberOf(objectOf(objectOf(set['spec'])['ordinals'])['start']) ?? 0

/** The pod of that ordinal with the template of that revision, under its lasting name. */
export function newPod(set: KubeObject, revision: KubeObject, ordinal: number): KubeObject {
  const { name, namespace } = set.metadata
  const podName = `${name}-${ordinal}`
  const labels = {
    'statefulset.kubernetes.io/pod-name': podName,
    'apps.kubernetes.io/pod-index': String(ordinal),
    [revisionLabel]: revision.metadata.name,
  }
  const template = templateOf(revision)
  const { serviceName } = objectOf(set['spec'])
  const spec = { hostname: podName, subdomain: serviceName }
  const meta = { name: podName, labels, ...(namespace === undefined ? {} : { namespace }) }
  return podOf(template, controllerRef(served.statefulSets, set), meta, spec)
}
