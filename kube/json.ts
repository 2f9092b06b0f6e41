import { isRecord } from '../api/json.ts'
import type { KubeObject, ObjectMeta, Resource } from '../api/kube-object.ts'

/** True for a JSON object with kind, apiVersion and metadata; what lies deeper is the API server's promise. */
export function isKubeObject(value: unknown): value is KubeObject {
  return (
    isRecord(value) &&
    typeof value.kind === 'string' &&
    typeof value.apiVersion === 'string' &&
    isObjectMeta(value.metadata)
  )
}

/** An item of a list with the kind that the server leaves out there, or undefined when it is not an object. */
export function itemOf(resource: Resource, value: unknown): KubeObject | undefined {
  if (!isRecord(value)) return undefined
  const named = { apiVersion: apiVersionOf(resource), kind: resource.kind, ...value }
  return isKubeObject(named) ? named : undefined
}

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
}

function isObjectMeta(value: unknown): value is ObjectMeta {
  return isRecord(value) && (value.name === undefined || typeof value.name === 'string')
}
