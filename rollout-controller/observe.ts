import { createHash } from 'node:crypto'
import type { Clock } from '../api/clock.ts'
import type { KubeObject } from '../api/kube-object.ts'
import {
  deploymentResource,
  holdPolicyName,
  ingressResource,
  rolloutLabel,
  rolloutResource,
  serviceResource,
} from '../api/names.ts'
import type { HoldProbe } from '../api/status.ts'
import { isFault } from '../kube/errors.ts'
import type { KubeClient } from '../kube/types.ts'
import { claimOf } from './claim.ts'
import { type CommonFacts, commonFactsOf } from './facts.ts'
import { type Measured, nothingMeasured } from './measuring.ts'
import { observeAnalyses, podSelectorsOf } from './observe-analyses.ts'
import { problemsOf } from './observe-problems.ts'
import { byOwner, byRollout, type Caches } from './observed-caches.ts'
import { readRollout } from './parsed.ts'
import { type ObservedRoute, observeRoutes, pairsOf, readyEndpoints } from './routes.ts'
import {
  type CopyView,
  type HoldView,
  type OwnedObject,
  type RolloutView,
  type ServicePair,
  type Snapshot,
  type Templates,
  templateRoles,
  type WorkloadView,
} from './snapshot.ts'
import { templateName } from './template-name.ts'
import type { DeploymentFacts } from './workload/deployment-facts.ts'
import { viewCopy, viewWorkload } from './workload/workload-view.ts'

export interface ObserveDeps {
  readonly client: Pick<KubeClient, 'get'>
  readonly caches: Caches
  readonly clock: Clock
  /** The server serves MutatingAdmissionPolicy v1. */
  readonly holdServed: boolean
}

/** One look at one Rollout: the snapshot that is planned on, and what acting on the plan needs besides. */
export interface Observed {
  readonly snapshot: Snapshot
  /** The Rollout as the server returned it. */
  readonly rollout: KubeObject
  readonly routes: readonly ObservedRoute[]
}

/** What came in since the last look: the answer of a dry run, and what metric stores said. */
export interface News extends Measured {
  readonly probe: HoldProbe | undefined
}

/** Of whoever only looks. */
export const noNews: News = { probe: undefined, ...nothingMeasured }

/** Undefined when the Rollout is gone. `known`: the Rollout itself, if its newest version is known and need not be read. */
export async function observe(
  deps: ObserveDeps,
  name: { readonly namespace: string; readonly name: string },
  news: News,
  signal: AbortSignal,
  known?: KubeObject,
): Promise<Observed | undefined> {
  try {
    const rollout = known ?? (await deps.client.get(rolloutResource, name, signal))
    return look(deps, rollout, news)
  } catch (error) {
    if (isFault(error, 'not-found')) return undefined
    throw error
  }
}

function look(deps: ObserveDeps, rollout: KubeObject, { probe, measurements, measuring }: News): Observed {
  const { caches } = deps
  const { view, problems: specProblems } = readRollout(rollout)
  const workload = workloadOf(caches, view)
  const routes = observeRoutes(caches, view, podLabelsOf(caches, view, workload))
  const services = pairsOf(caches, view, routes)
  const seen = { caches, view, workload, routes, services }
  const workloadView = workload && viewOf(caches, workload, services)
  const copy = copyOfRollout(caches, view, services)
  const { analyses, problems: analysisProblems } = observeAnalyses(seen)
  const snapshot: Snapshot = {
    now: deps.clock.now(),
    rollout: view,
    ...(workloadView === undefined ? {} : { workload: workloadView }),
    ...(copy === undefined ? {} : { copy }),
    services,
    routes: routes.map(({ route, provider, live }) => ({
      target: route.target,
      state: provider.read(route, live),
      drainMs: route.target.drainMs ?? provider.drainMs,
    })),
    owned: ownedOf(caches, view.meta.uid),
    templates: templatesOf(caches, view),
    decisions: decisionsOf(caches, view),
    problems: [...specProblems, ...problemsOf(seen), ...analysisProblems],
    analyses,
    measurements,
    measuring,
    podSelectors: podSelectorsOf(view, workload),
    hold: holdOf(deps, workload, probe),
  }
  return { snapshot, rollout, routes }
}

/** The workload that the spec names; with a broken spec, the one that carries our claim. */
function workloadOf(caches: Caches, { meta, spec }: RolloutView): DeploymentFacts | undefined {
  const { namespace, name } = meta
  if (spec !== undefined) return caches.deployments.get(namespace, spec.workloadRef.name)
  return caches.deployments.byIndex(byRollout, `${namespace}/${name}`).at(0)
}

/** Of the template that it has and of the stable one: an update may change labels, and the pods that run are of both. */
function podLabelsOf(caches: Caches, { meta }: RolloutView, workload: DeploymentFacts | undefined) {
  const stable = caches.templates.get(meta.namespace, templateName(meta.name, 'stable'))
  return [workload, stable?.ownerUid === meta.uid ? stable : undefined].flatMap((facts) =>
    facts === undefined ? [] : [facts.templateLabels],
  )
}

function viewOf(caches: Caches, workload: DeploymentFacts, services: readonly ServicePair[]): WorkloadView {
  const ready = services.map(({ stable }) => readyEndpoints(caches, workload.namespace, stable))
  const { claimedBy: _label, ...view } = viewWorkload(workload, ready)
  const claimedBy = claimOf(caches, workload)
  return claimedBy === undefined ? view : { ...view, claimedBy }
}

function copyOfRollout(caches: Caches, view: RolloutView, services: readonly ServicePair[]): CopyView | undefined {
  const { namespace, uid } = view.meta
  const facts = caches.deployments.byIndex(byOwner, uid).at(0)
  return (
    facts &&
    viewCopy(
      facts,
      services.map(({ canary }) => readyEndpoints(caches, namespace, canary)),
    )
  )
}

function ownedOf(caches: Caches, uid: string): readonly OwnedObject[] {
  return [
    ...caches.ingresses.byIndex(byOwner, uid).map((object) => owned(ingressResource, 'route', commonFactsOf(object))),
    ...caches.services.byIndex(byOwner, uid).map((facts) => owned(serviceResource, 'service', facts)),
    ...caches.deployments.byIndex(byOwner, uid).map((facts) => owned(deploymentResource, 'copy', facts)),
  ]
}

function owned(
  resource: OwnedObject['resource'],
  role: OwnedObject['role'],
  { namespace, name, uid, resourceVersion, terminating }: Omit<CommonFacts, 'ownerUid' | 'role'>,
): OwnedObject {
  return { resource, name: { namespace, name }, uid, resourceVersion, role, terminating }
}

function templatesOf(caches: Caches, { meta }: RolloutView): Templates {
  const kept = templateRoles.flatMap((role) => {
    const facts = caches.templates.get(meta.namespace, templateName(meta.name, role))
    return facts?.ownerUid === meta.uid && !facts.terminating ? [[role, facts.revision] as const] : []
  })
  return Object.fromEntries(kept)
}

function decisionsOf(caches: Caches, { meta }: RolloutView): Snapshot['decisions'] {
  return caches.decisions
    .byIndex(byRollout, `${meta.namespace}/${meta.name}`)
    .flatMap(({ decision }) => (decision === undefined || decision.outcome !== undefined ? [] : [decision]))
    .sort((a, b) => (`${a.createdAt} ${a.name}` < `${b.createdAt} ${b.name}` ? -1 : 1))
}

/** The dry run's answer holds for these policies and this workload with this claim. */
function holdOf(
  { caches, holdServed }: ObserveDeps,
  workload: DeploymentFacts | undefined,
  probe: HoldProbe | undefined,
): HoldView {
  const asked = [
    caches.policies.get(undefined, holdPolicyName),
    caches.bindings.get(undefined, holdPolicyName),
    workload?.uid,
    workload?.labels[rolloutLabel],
  ]
  const fingerprint = createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 10)
  return { served: holdServed, asked: fingerprint, ...(probe === undefined ? {} : { probe }) }
}
