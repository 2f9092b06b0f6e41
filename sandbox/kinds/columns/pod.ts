import { type JsonObject, objectOf, textOf } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import type { Column } from '../../server/kind.ts'
import { ageColumn, at, column, nameColumn, number, objects, since, text, wide } from './cell.ts'

export const podColumns: readonly Column[] = [
  nameColumn,
  column('Ready', (pod) => `${readyOf(pod)}/${objects(pod, 'spec.containers').length + sidecarsOf(pod).size}`),
  column('Status', statusOf),
  column('Restarts', restartsOf),
  ageColumn,
  wide('IP', (pod) => text(objects(pod, 'status.podIPs')[0] ?? {}, 'ip', '<none>')),
  wide('Node', (pod) => text(pod, 'spec.nodeName', '<none>')),
  wide('Nominated Node', (pod) => text(pod, 'status.nominatedNodeName', '<none>')),
  wide('Readiness Gates', gatesOf),
]

const containersOf = (pod: JsonObject) => objects(pod, 'status.containerStatuses')
const terminatedOf = (container: JsonObject) => at(container, 'state.terminated')
const isRunning = (container: JsonObject) => container['ready'] === true && at(container, 'state.running') !== undefined
const hasCondition = (pod: JsonObject, type: unknown) =>
  objects(pod, 'status.conditions').some((condition) => condition['type'] === type && condition['status'] === 'True')

/** Init containers that go on running: they count as containers. */
const sidecarsOf = (pod: JsonObject): ReadonlySet<unknown> =>
  new Set(
    objects(pod, 'spec.initContainers').flatMap(({ name, restartPolicy }) =>
      restartPolicy === 'Always' ? [name] : [],
    ),
  )

function readyOf(pod: KubeObject): number {
  const sidecars = sidecarsOf(pod)
  const aside = objects(pod, 'status.initContainerStatuses').filter(
    ({ name, ready }) => sidecars.has(name) && ready === true,
  )
  return containersOf(pod).filter(isRunning).length + aside.length
}

/** One word for how a pod is; source: printPod of pkg/printers/internalversion. */
function statusOf(pod: KubeObject): string {
  const phase = text(pod, 'status.phase')
  const ends = phase === 'Succeeded' || phase === 'Failed'
  if (pod.metadata.deletionTimestamp !== undefined && !ends) {
    return text(pod, 'status.reason') === 'NodeLost' ? 'Unknown' : 'Terminating'
  }
  const initializing = hasCondition(pod, 'Initialized') ? undefined : initReasonOf(pod)
  return initializing ?? reasonOf(pod, text(pod, 'status.reason', phase))
}

function initReasonOf(pod: JsonObject): string | undefined {
  const sidecars = sidecarsOf(pod)
  const statuses = objects(pod, 'status.initContainerStatuses')
  const index = statuses.findIndex(
    (status) =>
      at(status, 'state.terminated.exitCode') !== 0 && !(sidecars.has(status['name']) && status['started'] === true),
  )
  const status = statuses[index]
  if (status === undefined) return undefined
  const terminated = terminatedOf(status)
  if (terminated !== undefined) return `Init:${endOf(objectOf(terminated))}`
  const waiting = text(status, 'state.waiting.reason')
  if (waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`
  return `Init:${index}/${objects(pod, 'spec.initContainers').length}`
}

function reasonOf(pod: JsonObject, otherwise: string): string {
  let reason = otherwise
  let error: string | undefined
  for (const container of containersOf(pod).toReversed()) {
    const terminated = terminatedOf(container)
    reason =
      textOf(at(container, 'state.waiting.reason')) ?? (terminated === undefined ? reason : endOf(objectOf(terminated)))
    if (terminated !== undefined && at(container, 'state.terminated.exitCode') !== 0) error = reason
  }
  if (reason !== 'Completed') return reason
  const runs = containersOf(pod).some(isRunning)
  if (runs && hasCondition(pod, 'Ready')) return 'Running'
  return error ?? (runs ? 'NotReady' : reason)
}

function endOf(terminated: JsonObject): string {
  const signal = number(terminated, 'signal')
  return (
    text(terminated, 'reason') || (signal === 0 ? `ExitCode:${number(terminated, 'exitCode')}` : `Signal:${signal}`)
  )
}

function restartsOf(pod: KubeObject, nowMs: number): string {
  const isInitializing = !hasCondition(pod, 'Initialized') && initReasonOf(pod) !== undefined
  const sidecars = sidecarsOf(pod)
  const inits = objects(pod, 'status.initContainerStatuses')
  const counted = isInitializing ? inits : [...inits.filter(({ name }) => sidecars.has(name)), ...containersOf(pod)]
  const restarts = counted.reduce((sum, container) => sum + number(container, 'restartCount'), 0)
  const last =
    counted
      .map((container) => text(container, 'lastState.terminated.finishedAt'))
      .toSorted()
      .at(-1) ?? ''
  return restarts === 0 || last === '' ? String(restarts) : `${restarts} (${since(last, nowMs)} ago)`
}

function gatesOf(pod: KubeObject): string {
  const gates = objects(pod, 'spec.readinessGates')
  const open = gates.filter(({ conditionType }) => hasCondition(pod, conditionType))
  return gates.length === 0 ? '<none>' : `${open.length}/${gates.length}`
}
