import { type JsonObject, objectOf, objectsOf, type StringMap } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { group } from '../../api/names.ts'

/** An object of the user's, and where it was read: a file, or the cluster. */
export interface Sourced {
  readonly object: KubeObject
  readonly from: string
}

/**
 * The object as its owner wrote it, for an empty cluster: without what a server gives (uid, status, addresses) and
 * without what Sluice puts on it (claim, hold). `namespace`: where it lies when it has one.
 */
export function bare(
  { apiVersion, kind, metadata, status: _status, ...rest }: KubeObject,
  namespace?: string,
): KubeObject {
  const { name, labels, annotations } = metadata
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels: withoutOurs(labels) }),
      ...(annotations === undefined ? {} : { annotations: withoutOurs(annotations) }),
    },
    ...rest,
    ...(rest['spec'] === undefined ? {} : { spec: bareSpec(kind, objectOf(rest['spec'])) }),
  }
}

const withoutOurs = (map: StringMap): StringMap =>
  Object.fromEntries(Object.entries(map).filter(([key]) => !key.startsWith(`${group}/`)))

function bareSpec(kind: string, spec: JsonObject): JsonObject {
  if (kind === 'Service') return bareService(spec)
  if (kind !== 'Deployment') return spec
  const { paused: _held, ...deployment } = spec
  return deployment
}

/** Addresses and node ports are given anew; only that there is none says something. */
function bareService(spec: JsonObject): JsonObject {
  const { clusterIP, clusterIPs: _ips, ipFamilies: _families, ipFamilyPolicy: _policy, ...service } = spec
  const { healthCheckNodePort: _check, ...kept } = service
  return {
    ...kept,
    ...(clusterIP === 'None' ? { clusterIP } : {}),
    ...(kept['ports'] === undefined
      ? {}
      : { ports: objectsOf(kept['ports']).map(({ nodePort: _port, ...port }) => port) }),
  }
}
