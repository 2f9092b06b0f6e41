import type { Measurement, MeasureRequest } from '../../analysis/measurement.ts'
import { unanswered } from '../../analysis/unanswered.ts'
import type { Decision, Verb } from '../../api/decision.ts'
import { finalizer } from '../../api/names.ts'
import type { RolloutSpec, Step } from '../../api/rollout.ts'
import type { RolloutStatus } from '../../api/status.ts'
import type { Action, Plan } from '../../rollout-controller/plan.ts'
import { plan } from '../../rollout-controller/planner/plan.ts'
import type {
  AnalysisView,
  EndpointsView,
  OwnedObject,
  Problem,
  Snapshot,
  TemplateRole,
} from '../../rollout-controller/snapshot.ts'

/** The smallest world that a planner can be walked through: one Deployment, one route, pods that get ready on `tick`. */
export interface World {
  now: number
  rollout: { status?: RolloutStatus; spec: RolloutSpec; createdAt?: string; deleting: boolean; finalizers: string[] }
  workload: Workload | undefined
  copy: { revision: string; replicas: number; ready: number } | undefined
  service: boolean
  route: { canary: number; registered: boolean }
  templates: Partial<Record<TemplateRole, string>>
  decisions: Decision[]
  problems: Problem[]
  holdInForce: boolean
  policies: string
  /** Pods of a copy get ready on a tick; turned off, they never do. */
  copyGetsReady: boolean
  probe?: { asked: string; inForce: boolean; message: string }
  /** Everything done so far, in words. */
  readonly log: string[]
  readonly transitions: Set<string>
  /** Reasons of the events that were told. */
  readonly told: string[]
  version: number
  /** Our side of the route follows the user's. */
  inStep: boolean
  /** An update was stored without being held. */
  slipped: boolean
  /** The analyses of the spec, as the controller would have them ready. */
  analyses: AnalysisView[]
  /** As in the snapshot. */
  watchLagMs: number
  /** What Kubernetes says of the workload's Service. */
  endpoints: EndpointsView
  /** What stores have answered and nobody has recorded. */
  measurements: Measurement[]
  /** A metric store that answers at once. */
  store: (request: MeasureRequest) => Measurement
}

interface Workload {
  uid: string
  revision: string
  replicas: number
  paused: boolean
  held: boolean
  claimedBy?: string
  bypass?: string
  /** Ready pods by revision. */
  pods: Record<string, number>
  failure?: string
  canReachZero?: string
}

export const drainMs = 10_000

export const approval: Step['gates'][number] = { kind: 'approval' }
export const steps = (...weights: number[]): Step[] => weights.map((weight) => ({ weight, gates: [approval] }))

export function world(list: readonly Step[] = steps(20, 50, 90)): World {
  return {
    now: 1_800_000_000_000,
    rollout: { spec: specWith(list), deleting: false, finalizers: [] },
    workload: { uid: 'w1', revision: 'v1', replicas: 10, paused: false, held: false, pods: { v1: 10 } },
    copy: undefined,
    service: false,
    route: { canary: 0, registered: false },
    templates: {},
    decisions: [],
    problems: [],
    holdInForce: true,
    policies: 'p1',
    copyGetsReady: true,
    log: [],
    transitions: new Set(),
    told: [],
    version: 1,
    inStep: true,
    slipped: false,
    analyses: [],
    watchLagMs: 0,
    endpoints: { kind: 'current' },
    measurements: [],
    store: (request) => unanswered(request, 'there is no store here'),
  }
}

export function specWith(list: readonly Step[]): RolloutSpec {
  return {
    workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' },
    strategy: { canary: { steps: list, analysis: [], beforePromotion: [] } },
    traffic: [{ kind: 'ingress', name: 'shop' }],
    progressDeadlineMs: 600_000,
  }
}

/** What the controller would see now. */
export function look(w: World): Snapshot {
  return {
    now: w.now,
    rollout: {
      meta: {
        name: 'shop',
        namespace: 'prod',
        uid: 'r1',
        resourceVersion: '1',
        generation: 1,
        finalizers: [...w.rollout.finalizers],
        ...(w.rollout.createdAt && { creationTimestamp: w.rollout.createdAt }),
        ...(w.rollout.deleting && { deletionTimestamp: '2027-01-01T00:00:00Z' }),
      },
      spec: w.rollout.spec,
      ...(w.rollout.status && { status: w.rollout.status }),
    },
    ...(w.workload && { workload: workloadView(w, w.workload) }),
    ...(w.copy && { copy: { name: 'shop-canary', uid: 'c1', resourceVersion: '1', terminating: false, ...w.copy } }),
    services: [{ stable: 'shop', canary: 'shop-canary', exists: w.service }],
    routes: [
      {
        target: { kind: 'ingress', name: 'shop' },
        drainMs,
        state: { ...w.route, inStep: w.inStep, reachable: w.route.canary > 0, accepted: true },
      },
    ],
    owned: owned(w),
    templates: { ...w.templates },
    decisions: [...w.decisions],
    problems: [...w.problems],
    hold: { served: true, asked: `${w.policies}/${w.workload?.uid}`, ...(w.probe && { probe: w.probe }) },
    watchLagMs: w.watchLagMs,
    endpoints: w.endpoints,
    analyses: w.analyses,
    measurements: [...w.measurements],
    measuring: [],
    podSelectors: { canary: 'sluice.dev/copy=shop', stable: 'app=shop' },
  }
}

function workloadView(w: World, { pods, ...workload }: Workload): NonNullable<Snapshot['workload']> {
  const total = Object.values(pods).reduce((sum, count) => sum + count, 0)
  return {
    name: 'shop',
    resourceVersion: String(w.version),
    observed: true,
    totalReplicas: total,
    updatedReplicas: pods[workload.revision] ?? 0,
    availableReplicas: total,
    readyEndpoints: total,
    ...workload,
  }
}

function owned(w: World): OwnedObject[] {
  const object = (role: OwnedObject['role'], plural: string, kind: string): OwnedObject => ({
    resource: { group: '', version: 'v1', plural, kind, namespaced: true },
    name: { name: 'shop-canary', namespace: 'prod' },
    uid: role,
    resourceVersion: '1',
    role,
    terminating: false,
  })
  return [
    ...(w.route.registered ? [object('route', 'ingresses', 'Ingress')] : []),
    ...(w.service ? [object('service', 'services', 'Service')] : []),
    ...(w.copy ? [object('copy', 'deployments', 'Deployment')] : []),
  ]
}

/** One reconcile: plan, record, act. `upTo` actions are done, as if the process died there. */
export function turn(w: World, upTo = Number.POSITIVE_INFINITY): Plan {
  const made = plan(look(w))
  w.rollout.status = made.status
  w.measurements = []
  for (const name of made.transitions) {
    w.transitions.add(name)
    w.log.push(`→ ${name}`)
  }
  w.told.push(...made.events.map(({ reason }) => reason))
  for (const action of made.actions.slice(0, upTo)) {
    w.log.push(action.kind === 'route' ? `route ${JSON.stringify(action.intent)}` : action.kind)
    act(w, action)
  }
  return made
}

/** Reconciles until nothing changes any more; time stands still. */
export function settle(w: World): Plan {
  for (let i = 0; i < 50; i += 1) {
    const before = worldOnly(w)
    const made = turn(w)
    if (worldOnly(w) === before) return made
  }
  throw new Error(`it never settles:\n${w.log.slice(-30).join('\n')}`)
}

/** Without the marks that a write leaves although it changes nothing. */
function worldOnly({ log: _log, told: _told, version: _version, ...w }: World): string {
  return JSON.stringify(w)
}

/** Time passes, pods get ready, and the controller looks. */
export function pass(w: World, ms: number): Plan {
  w.now += ms
  podsGetReady(w)
  return settle(w)
}

export function podsGetReady(w: World): void {
  if (w.copy && w.copyGetsReady) w.copy.ready = w.copy.replicas
  const { workload } = w
  if (workload && !workload.paused && workload.failure === undefined) {
    workload.pods = { [workload.revision]: workload.replicas }
  }
  w.version += 1
}

/** What `helm upgrade` or `helm rollback` does: the policy holds the workload if it carries our label. */
export function upgrade(w: World, revision: string): void {
  const { workload } = w
  if (!workload || workload.revision === revision) return
  workload.revision = revision
  if (workload.claimedBy !== undefined && w.holdInForce && workload.bypass === undefined) {
    workload.paused = true
    workload.held = true
  } else {
    w.slipped = true
  }
  w.version += 1
}

export function decide(w: World, verb: Verb, more: Partial<Decision> = {}): void {
  const release = w.rollout.status?.release
  w.decisions.push({
    name: `d${w.decisions.length + 1}`,
    uid: `d-${w.log.length}-${w.decisions.length + 1}`,
    createdAt: new Date(w.now).toISOString(),
    rollout: 'shop',
    verb,
    decidedBy: 'ana',
    ...(release && { attempt: release.attempt }),
    ...(release && verb === 'approve' && { step: release.step, stepHash: release.stepHash }),
    ...more,
  })
}

function act(w: World, action: Action): void {
  const { workload } = w
  if (action.kind !== 'probeHold') w.version += 1
  switch (action.kind) {
    case 'addFinalizer':
      w.rollout.finalizers = [finalizer]
      return
    case 'removeFinalizer':
      w.rollout.finalizers = []
      return
    case 'claim':
      if (workload) workload.claimedBy = 'shop'
      return
    case 'hold':
      if (workload) Object.assign(workload, { paused: true, held: true })
      return
    case 'lift':
      if (workload) Object.assign(workload, { paused: false, held: false })
      return
    case 'unclaim':
      if (workload) Object.assign(workload, { paused: false, held: false, claimedBy: undefined })
      return
    case 'clearBypass':
      if (workload) Object.assign(workload, { bypass: undefined })
      return
    case 'storeTemplate':
      if (workload?.revision === action.revision) w.templates[action.role] = action.revision
      return
    case 'dropTemplate':
      delete w.templates[action.role]
      return
    case 'restoreTemplate':
      if (workload) Object.assign(workload, { revision: w.templates[action.role], paused: true, held: true })
      return
    case 'createCopy':
      w.copy ??= { revision: action.revision, replicas: action.replicas, ready: 0 }
      return
    case 'scaleCopy':
      if (w.copy) w.copy.replicas = action.replicas
      return
    case 'createService':
      w.service = true
      return
    case 'route':
      writeRoute(w, action.intent)
      return
    case 'delete':
      if (action.object.role === 'copy') w.copy = undefined
      if (action.object.role === 'service') w.service = false
      if (action.object.role === 'route') w.route = { canary: 0, registered: false }
      return
    case 'settle':
      w.decisions = w.decisions.filter(({ name }) => name !== action.decision)
      return
    case 'deleteDecisions':
      w.decisions = []
      return
    case 'probeHold':
      w.probe = { asked: action.asked, inForce: w.holdInForce, message: w.holdInForce ? 'held' : 'not held' }
      return
    case 'measure':
      w.measurements.push(...action.requests.map((request) => w.store(request)))
      return
    default:
      action satisfies never
  }
}

function writeRoute(w: World, intent: Extract<Action, { kind: 'route' }>['intent']): void {
  w.inStep = true
  switch (intent.kind) {
    case 'registered':
      w.route = { canary: 0, registered: true }
      return
    case 'split':
      w.route = { canary: intent.canary, registered: true }
      return
    case 'withdrawn':
    case 'absent':
      w.route = { canary: 0, registered: false }
      return
    default:
      intent satisfies never
  }
}
