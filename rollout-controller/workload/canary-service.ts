import { type JsonObject, objectOf, objectsOf, pick } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { copyPodLabels, ownLabels } from './own-labels.ts'

export interface CanaryServiceOptions {
  readonly name: string
  readonly ownerUid: string
  /** The copy whose pods it selects. */
  readonly copy: string
}

const keptSpec = ['sessionAffinity', 'sessionAffinityConfig', 'ipFamilies', 'ipFamilyPolicy']
const keptPort = ['name', 'protocol', 'appProtocol', 'port', 'targetPort']

/**
 * The Service beside the user's: the same ports, inside the cluster only, selecting the copy's pods. No annotation and
 * no label of the user's is taken over: external-dns, cloud load balancers, Helm and Argo CD act on those.
 */
export function canaryServiceOf(service: KubeObject, options: CanaryServiceOptions): KubeObject {
  const spec = objectOf(service['spec'])
  const { namespace } = service.metadata
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: options.name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: ownLabels(options.ownerUid, 'service'),
    },
    spec: {
      type: 'ClusterIP',
      ...pick(spec, keptSpec),
      ports: objectsOf(spec['ports']).map(portOf),
      selector: copyPodLabels(options.copy, options.ownerUid),
    },
  }
}

const portOf = (port: JsonObject): JsonObject => pick(port, keptPort)
