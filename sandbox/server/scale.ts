import { isRecord, numberOf, objectOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import type { Kind, ScalePaths } from './kind.ts'
import { badRequest } from './refusal.ts'

/** An object's `scale` subresource, autoscaling/v1. */
export function scaleOf({ scale }: Kind, object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const selector = scale?.selector === undefined ? undefined : selectorText(at(object, scale.selector))
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
    },
    spec: { replicas: numberOf(scale && at(object, scale.spec)) ?? 0 },
    status: {
      replicas: numberOf(scale && at(object, scale.status)) ?? 0,
      ...(selector === undefined ? {} : { selector }),
    },
  }
}

/** The object with the number of replicas that a Scale asks for. */
export function scaled({ spec }: ScalePaths, object: KubeObject, scale: KubeObject): KubeObject {
  const replicas = objectOf(scale['spec'])['replicas'] ?? 0
  if (typeof replicas !== 'number') throw badRequest('Scale: spec.replicas must be a number')
  const { resourceVersion } = scale.metadata
  const metadata = { ...object.metadata, ...(resourceVersion ? { resourceVersion } : {}) }
  return { ...object, ...objectOf(setAt(object, keysOf(spec), replicas)), metadata }
}

const keysOf = (path: string): readonly string[] => path.split('.').filter((key) => key !== '')

const at = (object: KubeObject, path: string): unknown =>
  keysOf(path).reduce((value: unknown, key) => objectOf(value)[key], object)

function setAt(target: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  return key === undefined ? value : { ...objectOf(target), [key]: setAt(objectOf(target)[key], rest, value) }
}

/** A LabelSelector's matchLabels as the text that `status.selector` is. */
function selectorText(selector: unknown): string | undefined {
  if (typeof selector === 'string') return selector
  if (!isRecord(selector)) return undefined
  return Object.entries(objectOf(selector['matchLabels']))
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',')
}
