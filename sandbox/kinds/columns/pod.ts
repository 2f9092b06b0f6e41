import type { JsonObject } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import type { Column } from '../../server/kind.ts'
import { ageColumn, at, column, nameColumn, number, objects, since, text, wide } from './cell.ts'

export const podColumns: readonly Column[] = [
  nameColumn,
  column('Ready', (pod) => `${containersOf(pod).filter(isRunning).length}/${objects(pod, 'spec.containers').length}`),
  column('Status', statusOf),
  column('Restarts', restartsOf),
  ageColumn,
  wide('IP', (pod) => text(objects(pod, 'status.podIPs')[0] ?? {}, 'ip', '<none>')),
  wide('Node', (pod) => text(pod, 'spec.nodeName', '<none>')),
  wide('Nominated Node', (pod) => text(pod, 'status.nominatedNodeName', '<none>')),
  wide('Readiness Gates', gatesOf),
]

const containersOf = (pod: JsonObject) => objects(pod, 'status.containerStatuses')
const isRunning = (container: JsonObject) => container['ready'] === true && at(container, 'state.running') !== undefined
const hasCondition = (pod: JsonObject, type: unknown) =>
  objects(pod, 'status.conditions').some((condition) => condition['type'] === type && condition['status'] === 'True')

/** One word for how a pod is; source: printPod of pkg/printers/internalversion. */
function statusOf(pod: KubeObject): string {
  const phase = text(pod, 'status.phase')
  const ends = phase === 'Succeeded' || phase === 'Failed'
  if (pod.metadata.deletionTimestamp !== undefined && !ends) {
    return text(pod, 'status.reason') === 'NodeLost' ? 'Unknown' : 'Terminating'
  }
  return reasonOf(pod, text(pod, 'status.reason', phase))
}

/** What a container says that waits for something, else what the pod says. */
const reasonOf = (pod: JsonObject, otherwise: string): string =>
  containersOf(pod)
    .map((container) => text(container, 'state.waiting.reason'))
    .find(Boolean) ?? otherwise

function restartsOf(pod: KubeObject, nowMs: number): string {
  const containers = containersOf(pod)
  const restarts = containers.reduce((sum, container) => sum + number(container, 'restartCount'), 0)
  const ends = containers.map((container) => text(container, 'lastState.terminated.finishedAt'))
  const last = ends.toSorted().at(-1) ?? ''
  return restarts === 0 || last === '' ? String(restarts) : `${restarts} (${since(last, nowMs)} ago)`
}

function gatesOf(pod: KubeObject): string {
  const gates = objects(pod, 'spec.readinessGates')
  const open = gates.filter(({ conditionType }) => hasCondition(pod, conditionType))
  return gates.length === 0 ? '<none>' : `${open.length}/${gates.length}`
}
