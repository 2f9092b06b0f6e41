import { objectOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { timeText } from '../server/context.ts'

/** `count` nodes, node-1 and so on, each with room for everything. */
export const nodes = (count: number): readonly KubeObject[] =>
  Array.from({ length: count }, (_, index) => nodeOf(`node-${index + 1}`))

export const nodeAddress = (name: string): string => `192.168.0.${Number(/\d+$/.exec(name)?.[0] ?? 0) % 256}`

function nodeOf(name: string): KubeObject {
  const amount = { cpu: '64', memory: '256Gi', pods: '10000' }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } },
    spec: {},
    status: {
      capacity: amount,
      allocatable: amount,
      addresses: [
        { type: 'InternalIP', address: nodeAddress(name) },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: { kubeletVersion: 'v1.36.0', operatingSystem: 'linux', architecture: 'amd64' },
    },
  }
}

/** The node with what it says of itself: ready, or nothing since it was lost. */
export function reporting(node: KubeObject, isAlive: boolean, nowMs: number): KubeObject {
  const said = isAlive
    ? { status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
    : { status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }
  const ready = { type: 'Ready', ...said, lastHeartbeatTime: timeText(nowMs), lastTransitionTime: timeText(nowMs) }
  return { ...node, status: { ...objectOf(node['status']), conditions: [ready] } }
}
