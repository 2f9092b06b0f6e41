import { type JsonObject, numberOf, objectOf, objectsOf, stringsOf } from '../../../api/json.ts'
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
  const volumes = volumesOf(set, ordinal, objectsOf(objectOf(template['spec'])['volumes']))
  const spec = { hostname: podName, subdomain: serviceName, ...(volumes.length === 0 ? {} : { volumes }) }
  const meta = { name: podName, labels, ...(namespace === undefined ? {} : { namespace }) }
  return podOf(template, controllerRef(served.statefulSets, set), meta, spec)
}

/** The claims that a pod's volumes stand for. They bind nothing here; they are made where claims are served at all. */
export function claimsOf(set: KubeObject, ordinal: number): readonly KubeObject[] {
  const { selector } = objectOf(set['spec'])
  return claimTemplates(set).map((template) => {
    const { labels, ...metadata } = objectOf(template['metadata'])
    const { namespace } = set.metadata
    const name = claimName(set, template, ordinal)
    const kept = { ...stringsOf(labels), ...stringsOf(objectOf(selector)['matchLabels']) }
    const meta = { ...metadata, ...(namespace === undefined ? {} : { namespace }), name, labels: kept }
    return { ...template, apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: meta }
  })
}

const claimTemplates = (set: KubeObject): readonly JsonObject[] =>
  objectsOf(objectOf(set['spec'])['volumeClaimTemplates'])

const claimName = (set: KubeObject, template: JsonObject, ordinal: number): string =>
  `${String(objectOf(template['metadata'])['name'])}-${set.metadata.name}-${ordinal}`

/** A claim takes the place of a volume of the same name. */
function volumesOf(set: KubeObject, ordinal: number, volumes: readonly JsonObject[]): readonly JsonObject[] {
  const claimed = claimTemplates(set).map((template) => {
    const persistentVolumeClaim = { claimName: claimName(set, template, ordinal) }
    return { name: objectOf(template['metadata'])['name'], persistentVolumeClaim }
  })
  const names = new Set(claimed.map(({ name }) => name))
  return [...claimed, ...volumes.filter(({ name }) => !names.has(name))]
}
