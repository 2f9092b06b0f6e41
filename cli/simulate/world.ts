import { installManifests } from '../../api/install.ts'
import { numberOf, objectOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import {
  apiVersion,
  copyLabel,
  decisionResource,
  deploymentResource,
  podResource,
  rolloutResource,
} from '../../api/names.ts'
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
import { startController } from './controller.ts'
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
  /** Of the new version's pods that are created from now on. */
  readonly fates: Fates
  /** Which update it is, as its pods are marked. */
  readonly update: () => string
  readonly status: () => RolloutStatus | undefined
  /** All pods are available, no release is under way, and an update will be held. */
  readonly isAtRest: () => boolean
  /** As `helm upgrade` does, by an annotation of the pods. */
  readonly upgrade: () => void
  /** What a person decides about the release as it stands. */
  readonly decide: (verb: 'approve' | 'rollback') => void
  /** The pods of the copy, those that run and those to come, are not ready from now on. */
  readonly crashCopy: () => void
  /** Time passes that no controller lives through: it finds all as it left it. */
  readonly doze: (ms: number) => Promise<void>
  readonly stop: () => Promise<void>
}

const updateAnnotation = 'simulation/update'
const person = { username: 'somebody', groups: ['system:masters', 'system:authenticated'] }

export function createWorld(scene: Scene, engines: Engines, pods: PodStart): SimulatedWorld {
  const clock = createVirtualClock()
  const fates: Fates = { copy: 'healthy', workload: 'healthy' }
  let updates = 0
  let decisions = 0
  const update = () => `${updates}`
  const lifeOf = (pod: KubeObject): PodLife => ({
    startMs: 0,
    readyMs: pods.readyAfterMs,
    fate: updateOf(pod) === update() ? fates[isOfCopy(pod) ? 'copy' : 'workload'] : 'healthy',
    lingerMs: pods.endsAfterMs,
  })
  const sandbox = createSandbox({ clock, ids: countedIds(), engines, lifeOf })
  const { api } = sandbox
  fill(api, scene)
  let controller = startController(api, clock)
  const status = statusReader(api, scene)
  return {
    clock,
    api,
    fates,
    update,
    status,
    isAtRest: () => isAtRest(status()) && isWhole(api.get(deploymentResource, workloadOf(scene))),
    upgrade() {
      updates += 1
      upgrade(api, scene, update())
    },
    decide(verb) {
      decisions += 1
      decide(api, scene, status(), verb, `${verb}-${decisions}`)
    },
    crashCopy() {
      fates.copy = 'crash-loop'
      failCopyPods(sandbox, scene)
    },
    async doze(ms) {
      await controller.stop()
      await clock.advance(ms)
      controller = startController(api, clock)
    },
    async stop() {
      await controller.stop()
      sandbox.stop()
    },
  }
}

/** Which update a pod runs; undefined for what was there before all updates. */
export const updateOf = ({ metadata }: KubeObject): string | undefined => metadata.annotations?.[updateAnnotation]

/** The copy's pods run the update as well. */
export const isOfCopy = ({ metadata }: KubeObject): boolean => metadata.labels?.[copyLabel] !== undefined

const builtInNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** Rights and warnings make no difference here: whoever is simulated may do all that he does. */
const needless = /Role|ServiceAccount|^Validating/

function fill(api: Api, { namespace, objects }: Scene): void {
  for (const object of installManifests()) if (!needless.test(object.kind)) api.create(resourceOf(api, object), object)
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

const isAtRest = (status: RolloutStatus | undefined): boolean =>
  status?.release === undefined && (status?.phase === 'Healthy' || status?.phase === 'RolledBack')

function isWhole({ spec, status, metadata }: KubeObject): boolean {
  const { observedGeneration, availableReplicas } = objectOf(status)
  const wanted = numberOf(objectOf(spec)['replicas']) ?? 1
  return observedGeneration === metadata.generation && (numberOf(availableReplicas) ?? 0) >= wanted
}

function upgrade(api: Api, scene: Scene, update: string): void {
  const body = { spec: { template: { metadata: { annotations: { [updateAnnotation]: update } } } } }
  api.patch(deploymentResource, workloadOf(scene), { type: 'merge', body }, { caller: person })
}

function decide(
  api: Api,
  { name: rollout, namespace }: Scene,
  status: RolloutStatus | undefined,
  verb: 'approve' | 'rollback',
  name: string,
): void {
  const { release } = status ?? {}
  if (release === undefined) return
  const { attempt, step, stepHash } = release
  const about = verb === 'approve' ? { attempt, step, stepHash } : { attempt }
  const spec = { rollout, verb, decidedBy: person.username, ...about }
  api.create(
    decisionResource,
    { apiVersion, kind: decisionResource.kind, metadata: { name, namespace }, spec },
    { caller: person },
  )
}

function failCopyPods({ api, kubelet }: Sandbox, { namespace }: Scene): void {
  for (const pod of api.list(podResource, { namespace }).items) if (isOfCopy(pod)) kubelet.setReady(pod.metadata, false)
}
