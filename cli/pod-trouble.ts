import type { KubeObject } from '../api/kube-object.ts'
import { listAt, numberAt, textAt } from './json.ts'
import type { PodTrouble } from './look.ts'

/** Why a pod is not ready, in the words of the kubelet and the scheduler; undefined when it is. */
export function troubleOf(pod: KubeObject): PodTrouble | undefined {
  const conditions = listAt(pod, 'status', 'conditions')
  const ready = conditions.find((condition) => textAt(condition, 'type') === 'Ready')
  if (textAt(ready, 'status') === 'True') return undefined
  const reason = containerTrouble(pod) ?? schedulingTrouble(conditions) ?? podTrouble(pod)
  return { pod: pod.metadata.name, reason }
}

/** `CrashLoopBackOff (exit 1, 4 restarts)`, `ImagePullBackOff`. */
function containerTrouble(pod: KubeObject): string | undefined {
  const statuses = [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')]
  for (const status of statuses) {
    const reason = textAt(status, 'state', 'waiting', 'reason') ?? textAt(status, 'state', 'terminated', 'reason')
    if (reason === undefined || reason === 'Completed' || reason === 'PodInitializing') continue
    return [reason, restartsOf(status)].filter((part) => part !== '').join(' ')
  }
  return undefined
}

function restartsOf(status: unknown): string {
  const exit = numberAt(status, 'lastState', 'terminated', 'exitCode')
  const restarts = numberAt(status, 'restartCount') ?? 0
  const parts = [exit === undefined ? '' : `exit ${exit}`, restarts === 0 ? '' : `${restarts} restarts`]
  const said = parts.filter((part) => part !== '').join(', ')
  return said === '' ? '' : `(${said})`
}

function schedulingTrouble(conditions: readonly unknown[]): string | undefined {
  const scheduled = conditions.find((condition) => textAt(condition, 'type') === 'PodScheduled')
  if (textAt(scheduled, 'status') !== 'False') return undefined
  return [textAt(scheduled, 'reason') ?? 'Unschedulable', textAt(scheduled, 'message')].filter(Boolean).join(': ')
}

function podTrouble(pod: KubeObject): string {
  return textAt(pod, 'status', 'reason') ?? (textAt(pod, 'status', 'phase') === 'Running' ? 'not ready' : 'starting')
}
