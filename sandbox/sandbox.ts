import type { Clock } from '../api/clock.ts'
import type { KubeObject } from '../api/kube-object.ts'
import { serviceResource } from '../api/names.ts'
import { runControllers } from './controllers/run-controllers.ts'
import { createKindMaker, type MakeKinds } from './kinds/built-in.ts'
import { type Kubelet, type PodRuntime, runKubelet } from './kubelet/kubelet.ts'
import type { LifeOf } from './kubelet/pod-life.ts'
import { createAdmission } from './policy/admission.ts'
import { bootstrapRoles } from './policy/bootstrap-roles.ts'
import { type Cel, createCel } from './policy/cel.ts'
import { customKinds } from './policy/custom-kind.ts'
import { established } from './policy/established.ts'
import { judged } from './policy/judged.ts'
import { createAuthorizer } from './policy/rbac.ts'
import type { Api, Ids } from './server/api.ts'
import { createApi } from './server/api-server.ts'
import type { Authorize } from './server/caller.ts'
import { timeText } from './server/context.ts'
import type { Kind } from './server/kind.ts'
import { definitions } from './server/registry.ts'
import { resourceOf } from './server/resource-of.ts'

/** What is costly to make and the same for every cluster: may be shared by all that one process has. */
export interface Engines {
  readonly cel: Cel
  readonly builtInKinds: MakeKinds
  readonly customKinds: (definition: KubeObject) => readonly Kind[]
}

export interface SandboxOptions {
  readonly clock: Clock
  readonly ids: Ids
  readonly lifeOf: LifeOf
  readonly engines?: Engines
  /** How long controllers and kubelets take to see a change, ms; asked each time. 0 when left out. */
  readonly delayMs?: () => number
  readonly nodeCount?: number
  readonly runtime?: PodRuntime
  readonly addressOf?: (pod: KubeObject, count: number) => string
  /** What another cluster of this kind held (`allObjects`): where this one begins. */
  readonly objects?: readonly KubeObject[]
  /** How many changes of each kind a watch can go back. */
  readonly memory?: number
}

/** A cluster in this process: API server, controllers and kubelets, without a wire. */
export interface Sandbox {
  readonly api: Api
  readonly authorize: Authorize
  readonly kubelet: Kubelet
  stop(): void
}

export function createEngines(): Engines {
  const cel = createCel()
  const made = new Map<string, readonly Kind[]>()
  return {
    cel,
    builtInKinds: createKindMaker(),
    customKinds(definition) {
      const key = JSON.stringify(definition['spec'])
      const known = made.get(key) ?? customKinds(definition, cel)
      made.set(key, known)
      return known
    },
  }
}

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** A running cluster with its namespaces, its bootstrap roles and its nodes. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const { clock, ids, engines = createEngines(), objects = [], memory } = options
  let authorize: Authorize = () => false
  const api: Api = createApi({
    clock,
    ids,
    builtIns: engines
      .builtInKinds({ services: () => api.list(serviceResource).items })
      .map((kind) => judged(establishing(kind, clock), engines.cel)),
    customKinds: engines.customKinds,
    objects,
    admission: (server) => {
      authorize = createAuthorizer(server)
      return createAdmission({ api: server, authorize, cel: engines.cel })
    },
    ...(memory === undefined ? {} : { memory }),
  })
  for (const name of namespaces) create(api, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  for (const role of bootstrapRoles()) create(api, role)
  const controllers = runControllers({ api, clock, ids, ...delayOf(options) })
  const kubelet = runKubelet({ ...options, api })
  return {
    api,
    authorize,
    kubelet,
    stop() {
      controllers.stop()
      kubelet.stop()
    },
  }
}

const delayOf = ({ delayMs }: SandboxOptions) => (delayMs === undefined ? {} : { delayMs })

function create(api: Api, object: KubeObject): void {
  const resource = resourceOf(api, object)
  if (api.find(resource, object.metadata) === undefined) api.create(resource, object)
}

/** Everything that a cluster holds; definitions first, as another one can take it. */
export function allObjects(api: Api): readonly KubeObject[] {
  const stored = api.kinds().filter(({ alias }) => alias === undefined)
  const isDefinition = ({ resource }: Kind) => resource.plural === definitions.plural
  const inOrder = [...stored.filter(isDefinition), ...stored.filter((kind) => !isDefinition(kind))]
  return inOrder.flatMap(({ resource }) => api.list(resource).items)
}

/** A CustomResourceDefinition says that it is established as soon as it is stored: here it is. */
function establishing(kind: Kind, clock: Clock): Kind {
  const { group, plural } = kind.resource
  if (group !== definitions.group || plural !== definitions.plural) return kind
  return { ...kind, prepare: (definition) => established(definition, timeText(clock.now())) }
}
