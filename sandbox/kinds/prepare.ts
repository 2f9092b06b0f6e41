import { type JsonObject, objectOf, objectsOf, sameJson } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'

/** A namespace is only gone once the namespace controller has emptied it. */
export function prepareNamespace(namespace: KubeObject, old?: KubeObject): KubeObject {
  const spec = objectOf(namespace['spec'])
  if (old !== undefined || spec['finalizers'] !== undefined) return namespace
  return { ...namespace, spec: { ...spec, finalizers: ['kubernetes'] } }
}

export function preparePod(pod: KubeObject, old?: KubeObject): KubeObject {
  if (old !== undefined) return pod
  return { ...pod, status: { phase: 'Pending', qosClass: qualityOf(objectOf(pod['spec'])) } }
}

const counted = ['cpu', 'memory']

/** How soon a pod would be evicted: last, if each container asks for exactly what it may have. */
function qualityOf(spec: JsonObject): string {
  const containers = [...objectsOf(spec['containers']), ...objectsOf(spec['initContainers'])]
  const resources = containers.map((container) => objectOf(container['resources']))
  if (resources.every(({ requests, limits }) => isEmpty(requests) && isEmpty(limits))) return 'BestEffort'
  return resources.every(isExact) ? 'Guaranteed' : 'Burstable'
}

const isEmpty = (amounts: unknown): boolean => counted.every((resource) => objectOf(amounts)[resource] === undefined)

function isExact({ requests, limits }: JsonObject): boolean {
  return counted.every((resource) => {
    const limit = objectOf(limits)[resource]
    return limit !== undefined && sameJson(limit, objectOf(requests)[resource])
  })
}
