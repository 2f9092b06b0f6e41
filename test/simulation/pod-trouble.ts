import type { KubeObject } from '../../api/kube-object.ts'
import { copyLabel, podResource } from '../../api/names.ts'
import { namespace, workloadName } from './sight.ts'
import type { World } from './world.ts'

export type Trouble = 'crash' | 'unready' | 'evict' | 'mend'

/** Something happens to half of a Deployment's pods, or they all get well again. */
export function troublePods({ api, sandbox }: World, of: string, what: Trouble): void {
  const pods = api.list(podResource, { namespace }).items.filter((pod) => isOf(pod, of))
  const concerned = what === 'mend' ? pods : pods.slice(0, Math.ceil(pods.length / 2))
  for (const { metadata } of concerned) {
    switch (what) {
      case 'crash':
        sandbox.kubelet.crash(metadata)
        break
      case 'unready':
        sandbox.kubelet.setReady(metadata, false)
        break
      case 'evict':
        sandbox.kubelet.evict(metadata)
        break
      case 'mend':
        sandbox.kubelet.setReady(metadata, true)
        break
      default:
        what satisfies never
    }
  }
}

const isOf = ({ metadata }: KubeObject, of: string): boolean =>
  (metadata.labels?.[copyLabel] === undefined) === (of === workloadName)
