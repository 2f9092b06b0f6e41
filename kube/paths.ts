import type { ObjectName, Resource } from '../api/kube-object.ts'

export type QueryValue = string | number | boolean | undefined

/** The path of one object, or of one of its subresources. */
export function objectPath(resource: Resource, name: ObjectName, subresource?: string): string {
  const own = `${collectionPath(resource, name.namespace)}/${encodeURIComponent(name.name)}`
  return subresource === undefined ? own : `${own}/${subresource}`
}

/** The path of a kind in one namespace, or in all of them when `namespace` is left out. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`
  const within = resource.namespaced && namespace !== undefined && namespace !== ''
  return `${root}${within ? `/namespaces/${encodeURIComponent(namespace)}` : ''}/${resource.plural}`
}

/** `?a=1&b=2` from what is defined, or an empty string. */
export function queryOf(values: Readonly<Record<string, QueryValue>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value))
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
