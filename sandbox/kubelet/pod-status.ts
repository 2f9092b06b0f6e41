import { type JsonObject, objectOf, objectsOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import type { Stage } from './stage.ts'

export interface Place {
  /** The pod's own. */
  readonly address: string
  readonly hostAddress: string
}

/** The status of a pod at a stage. `now`: RFC 3339. */
export function statusOf(pod: KubeObject, stage: Stage, { address, hostAddress }: Place, now: string): JsonObject {
  const before = objectOf(pod['status'])
  const { qosClass } = before
  if (stage.kind === 'evicted') return { ...before, ...evicted, conditions: conditionsOf(pod, stage, now) }
  const hasStarted = stage.kind === 'running' || stage.kind === 'backing-off'
  const addresses = hasStarted ? { podIP: address, podIPs: [{ ip: address }] } : {}
  return {
    phase: hasStarted ? 'Running' : 'Pending',
    conditions: conditionsOf(pod, stage, now),
    hostIP: hostAddress,
    hostIPs: [{ ip: hostAddress }],
    ...addresses,
    startTime: before['startTime'] ?? now,
    containerStatuses: containersOf(pod).map((container) => containerStatus(container, before, stage, now)),
    ...(qosClass === undefined ? {} : { qosClass }),
  }
}

const evicted = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory. ' }

const containersOf = (pod: KubeObject): readonly JsonObject[] => objectsOf(objectOf(pod['spec'])['containers'])

/** A condition keeps the time of its last transition for as long as its status is the same. */
function conditionsOf(pod: KubeObject, stage: Stage, now: string): readonly JsonObject[] {
  const before = objectsOf(objectOf(pod['status'])['conditions'])
  const gates = objectsOf(objectOf(pod['spec'])['readinessGates'])
  const say = (type: string, holds: boolean, why: JsonObject = {}): JsonObject => {
    const value = holds ? 'True' : 'False'
    const known = before.find((one) => one['type'] === type)
    const lastTransitionTime = known?.['status'] === value ? known['lastTransitionTime'] : now
    return { type, status: value, lastProbeTime: null, lastTransitionTime, ...why }
  }
  const isReady = stage.kind === 'running' && stage.isReady
  const why = stage.kind === 'evicted' ? { reason: 'PodFailed' } : { reason: 'ContainersNotReady' }
  return [
    say('PodReadyToStartContainers', stage.kind !== 'evicted'),
    say('Initialized', true),
    say('Ready', isReady, isReady ? {} : why),
    say('ContainersReady', isReady, isReady ? {} : why),
    say('PodScheduled', true),
    ...gates.map(({ conditionType }) => say(String(conditionType), stage.kind === 'running')),
  ]
}

function containerStatus({ name, image }: JsonObject, before: JsonObject, stage: Stage, now: string): JsonObject {
  const known = objectsOf(before['containerStatuses']).find((one) => one['name'] === name)
  const restarts = stage.kind === 'running' || stage.kind === 'backing-off' ? stage.restarts : 0
  const isRestarted = restarts > 0 && known?.['restartCount'] !== restarts
  const ended = { exitCode: 1, reason: 'Error', startedAt: startedAt(known) ?? now, finishedAt: now }
  return {
    name,
    image,
    imageID: '',
    ready: stage.kind === 'running' && stage.isReady,
    started: stage.kind === 'running',
    restartCount: restarts,
    state: stateOf(stage, isRestarted ? undefined : known, now),
    lastState: isRestarted ? { terminated: ended } : objectOf(known?.['lastState']),
  }
}

const startedAt = (known: JsonObject | undefined): unknown =>
  objectOf(objectOf(known?.['state'])['running'])['startedAt']

function stateOf(stage: Stage, known: JsonObject | undefined, now: string): JsonObject {
  switch (stage.kind) {
    case 'running':
      return { running: { startedAt: startedAt(known) ?? now } }
    case 'backing-off':
      return { waiting: { reason: 'CrashLoopBackOff', message: 'back-off restarting failed container' } }
    case 'no-image':
      return { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } }
    case 'pending':
    case 'evicted':
      return { waiting: { reason: 'ContainerCreating' } }
    default:
      return stage satisfies never
  }
}
