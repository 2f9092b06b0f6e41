import { installManifests } from '../../api/install.ts'
import { numberOf, objectOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { apiVersion, copyLabel, decisionResource, deploymentResource, podResource, rolloutResource } from '../../api/names.ts'
import { parseStatus } from '../../api/parse-status.ts'
import type { RolloutStatus } from '../../api/status.ts'
import { countedIds } from '../../sandbox/ids.ts'
import type { Fate, PodLife } from '../../sandbox/kubelet/pod-life.ts'
import { createSandbox, type Engines, type Sandbox } from '../../sandbox/sandbox.ts'
import type { Api } from '../../sandbox/server/api.ts'
import { Refusal } from '../../sandbox/server/refusal.ts'
import { resourceOf } from '../../sandbox/server/resource-of.ts'
import { createVirtualClock, type VirtualClock } from '../../sandbox/virtual-clock.ts'
import { CliError } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Sourced } from './bare.ts'
import { type RunningController, startController } from './controller.ts'
import type { PodStart } from './pod-start.ts'
import type { Scene } from './scene.ts'

/** Whose pods of the new version go wrong: those of the copy, or those of the workload when it rolls. */
export interface Fates {
  copy: Fate
  workload: Fate
}

/** A cluster with the user's objects in it, a virtual clock, and what people do. */
export interface SimulatedWorld {
  readonly clock: VirtualClock
  readonly api: Api
  /** Of pods that are created from now on. */
  readonly fates: Fates
  status(): RolloutStatus | undefined
  /** All pods that the Deployment asks for are available. */
  isWhole(): boolean
  /** As `helm upgrade` does, by an annotation of the pods. */
  upgrade(): void
  /** What a person decides about the release as it stands. */
  decide(verb: 'approve' | 'rollback'): void
  /** The pods of the copy, those that run and those to come, are not ready from now on. */
  crashCopy(): void
  /** Time passes that no controller lives through: it finds all as it left it. */
  doze(ms: number): Promise<void>
  stop(): Promise<void>
}

const updateAnnotation = 'simulation/update'
const person = { username: 'somebody', groups: ['system:masters', 'system:authenticated'] }

export function createWorld(scene: Scene, engines: Engines, pods: PodStart): SimulatedWorld {
  const clock = createVirtualClock()
  const fates: Fates = { copy: 'healthy', workload: 'healthy' }
  const lifeOf = (pod: KubeObject): PodLife => ({
    startMs: 0,
    readyMs: pods.readyAfterMs,
    fate: fateOf(pod, fates),
    lingerMs: pods.endsAfterMs,
  })
  const sandbox = createSandbox({ clock, ids: countedIds(), engines, lifeOf })
  const { api } = sandbox
  fill(api, scene)
  const controllers: RunningController[] = [startController(api, clock)]
  const stopController = async () => {
    for (const controller of controllers.splice(0)) await controller.stop()
  }
  const status = statusReader(api, scene)
  return {
    clock,
    api,
    fates,
    status,
    isWhole: () => isWhole(api.get(deploymentResource, workloadOf(scene))),
    upgrade: () => upgrade(api, scene),
    decide: (verb) => decide(api, scene, status(), verb),
    crashCopy() {
      fates.copy = 'crash-loop'
      failCopyPods(sandbox, scene)
    },
    async doze(ms) {
      await stopController()
      await clock.advance(ms)
      controllers.push(startController(api, clock))
    },
    async stop() {
      await stopController()
      sandbox.stop()
    },
  }
}

/** Pods that carry the update, which the copy's do as well. */
export const isNew = ({ metadata }: KubeObject): boolean => metadata.annotations?.[updateAnnotation] !== undefined

export const isOfCopy = ({ metadata }: KubeObject): boolean => metadata.labels?.[copyLabel] !== undefined

function fateOf(pod: KubeObject, { copy, workload }: Fates): Fate {
  if (!isNew(pod)) return 'healthy'
  return isOfCopy(pod) ? copy : workload
}

const builtInNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

function fill(api: Api, { namespace, objects }: Scene): void {
  for (const object of installManifests()) api.create(resourceOf(api, object), object)
  if (!builtInNamespaces.includes(namespace)) {
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
    api.create(resourceOf(api, object), object)
  }
  for (const sourced of objects) put(api, sourced)
}

/** What a real server would refuse, this one refuses. */
function put(api: Api, { object, from }: Sourced): void {
  try {
    api.create(resourceOf(api, object), object, { caller: person })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { name, namespace } = object.metadata
    const what = `${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`
    const causes = error.causes.map(({ field, message }) => `${field}: ${message}`)
    const why = causes.length === 0 ? error.message : causes.join('; ')
    throw new CliError(exitCodes.failed, `${what} in ${from} is refused: ${why}; correct it there`, { cause: error })
  }
}

const workloadOf = ({ namespace, spec }: Scene) => ({ namespace, name: spec.workloadRef.name })

/** Parses a status once, however often it is asked for. */
function statusReader(api: Api, { namespace, name }: Scene): () => RolloutStatus | undefined {
  let last: KubeObject | undefined
  let status: RolloutStatus | undefined
  return () => {
    const rollout = api.get(rolloutResource, { namespace, name })
    if (rollout !== last) status = parseStatus(rollout['status'])
    last = rollout
    return status
  }
}

function isWhole({ spec, status, metadata }: KubeObject): boolean {
  const { observedGeneration, availableReplicas } = objectOf(status)
  const wanted = numberOf(objectOf(spec)['replicas']) ?? 1
  return observedGeneration === metadata.generation && (numberOf(availableReplicas) ?? 0) >= wanted
}

function upgrade(api: Api, scene: Scene): void {
  const body = { spec: { template: { metadata: { annotations: { [updateAnnotation]: 'next' } } } } }
  api.patch(deploymentResource, workloadOf(scene), { type: 'merge', body }, { caller: person })
}

function decide(api: Api, scene: Scene, status: RolloutStatus | undefined, verb: 'approve' | 'rollback'): void {
  const { release } = status ?? {}
  if (release === undefined) return
  const { attempt, step, stepHash } = release
  const about = verb === 'approve' ? { attempt, step, stepHash } : { attempt }
  const decision: KubeObject = {
    apiVersion,
    kind: decisionResource.kind,
    metadata: { name: `${verb}-${step}`, namespace: scene.namespace },
    spec: { rollout: scene.name, verb, decidedBy: person.username, ...about },
  }
  api.create(decisionResource, decision, { caller: person })
}

function failCopyPods({ api, kubelet }: Sandbox, { namespace }: Scene): void {
  for (const pod of api.list(podResource, { namespace }).items) if (isOfCopy(pod)) kubelet.setReady(pod.metadata, false)
}
