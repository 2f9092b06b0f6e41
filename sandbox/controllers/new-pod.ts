import { objectOf, stringsOf } from '../../api/json.ts'
import type { KubeObject, OwnerReference } from '../../api/kube-object.ts'
import type { ServerMeta } from '../server/object-meta.ts'

/** A pod of a template: its labels, annotations, finalizers and spec; `meta` names it. */
export function podOf(template: unknown, owner: OwnerReference, meta: ServerMeta, spec: object = {}): KubeObject {
  const { metadata, spec: podSpec } = objectOf(template)
  const { labels, annotations, finalizers } = objectOf(metadata)
  const kept: ServerMeta = {
    ...meta,
    labels: { ...stringsOf(labels), ...meta.labels },
    ...(annotations === undefined ? {} : { annotations: stringsOf(annotations) }),
    ...(Array.isArray(finalizers) ? { finalizers } : {}),
    ownerReferences: [owner],
  }
  return { apiVersion: 'v1', kind: 'Pod', metadata: kept, spec: { ...objectOf(podSpec), ...spec } }
}
