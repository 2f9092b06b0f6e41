import { canaryName } from '../api/canary-name.ts'
import { ownerUidLabel, rolloutLabel } from '../api/names.ts'
import { claimOf } from './claim.ts'
import type { RolloutFacts } from './facts.ts'
import { selectorsBeside } from './observe-selectors.ts'
import { byOwner, byWorkload, type Caches } from './observed-caches.ts'
import type { ObservedRoute } from './routes.ts'
import { type Problem, type RolloutView, type ServicePair, templateRoles } from './snapshot.ts'
import { templateName } from './template-name.ts'
import type { DeploymentFacts } from './workload/deployment-facts.ts'
import { copyPodLabels } from './workload/own-labels.ts'
import { describeInseparable, separateLabels } from './workload/separate.ts'

/** What is looked at for problems, besides the spec. */
export interface Observation {
  readonly caches: Caches
  readonly view: RolloutView
  readonly workload: DeploymentFacts | undefined
  readonly routes: readonly ObservedRoute[]
  readonly services: readonly ServicePair[]
}

/** What keeps an update from being canaried, in a fixed order and in fixed words. */
export function problemsOf(seen: Observation): readonly Problem[] {
  return [
    ...claimProblems(seen),
    ...autoscalerProblems(seen),
    ...routeProblems(seen),
    ...nameProblems(seen),
    ...labelProblems(seen),
  ]
}

function claimProblems({ caches, view, workload }: Observation): readonly Problem[] {
  if (workload === undefined) return []
  const { name, namespace } = view.meta
  const claim = claimOf(caches, workload)
  if (claim === name) return []
  const owner = claim === undefined ? olderRival(caches, view, workload)?.name : claim
  if (owner === undefined) return []
  const how = claim === undefined ? 'is named by the older' : `has the label ${rolloutLabel} of`
  return [
    {
      reason: 'WorkloadClaimed',
      message: `Deployment ${namespace}/${workload.name} ${how} Rollout ${namespace}/${owner}: this Rollout touches nothing`,
      next: `delete one of the two Rollouts, or correct spec.workloadRef of one`,
    },
  ]
}

/** Another Rollout of the same workload that was there first. */
function olderRival(caches: Caches, { meta }: RolloutView, workload: DeploymentFacts): RolloutFacts | undefined {
  const own = `${meta.creationTimestamp ?? ''} ${meta.uid}`
  return caches.rollouts
    .byIndex(byWorkload, `${meta.namespace}/${workload.name}`)
    .filter((rival) => rival.uid !== meta.uid && !rival.terminating && `${rival.createdAt} ${rival.uid}` < own)
    .at(0)
}

function autoscalerProblems({ caches, view, workload }: Observation): readonly Problem[] {
  if (workload === undefined) return []
  const { namespace } = view.meta
  return caches.autoscalers.byIndex(byWorkload, `${namespace}/Deployment/${workload.name}`).map(({ name }) => ({
    reason: 'AutoscalerUnsupported',
    message: `HorizontalPodAutoscaler ${namespace}/${name}: spec.scaleTargetRef is Deployment ${workload.name}, and would shrink the pods that a rollback needs`,
    next: `delete HorizontalPodAutoscaler ${namespace}/${name}, or point it elsewhere`,
  }))
}

function routeProblems({ view, workload, routes }: Observation): readonly Problem[] {
  const wanted = routes.filter(({ route }) => view.spec?.traffic.some(({ name }) => name === route.target.name))
  return wanted.flatMap((observed) => {
    const { provider, route, live, backends } = observed
    const selectsNothing =
      workload !== undefined && backends.length > 0 && Object.keys(route.canaryServices).length === 0
    return selectsNothing ? [serviceSelectsNothing(observed, workload)] : provider.check(route, live)
  })
}

function serviceSelectsNothing({ route, backends }: ObservedRoute, workload: DeploymentFacts): Problem {
  const { namespace, target } = route
  const services = backends.map((name) => `Service ${namespace}/${name}`).join(', ')
  return {
    reason: 'ServiceSelectsNothing',
    message: `${services} of ${target.kind} ${target.name}: spec.selector does not match the pod labels of Deployment ${namespace}/${workload.name}`,
    next: `correct spec.selector of the Service, or spec.workloadRef or spec.traffic of the Rollout`,
  }
}

function nameProblems({ caches, view, workload, services }: Observation): readonly Problem[] {
  const { namespace, name, uid } = view.meta
  const taken: string[] = []
  const copy = workload && caches.deployments.get(namespace, canaryName(workload.name))
  if (copy && copy.labels[ownerUidLabel] !== uid) taken.push(`Deployment ${namespace}/${copy.name}`)
  for (const { canary } of services) {
    const found = caches.services.get(namespace, canary)
    if (found && found.ownerUid !== uid) taken.push(`Service ${namespace}/${canary}`)
  }
  for (const role of templateRoles) {
    const found = caches.templates.get(namespace, templateName(name, role))
    if (found && found.ownerUid !== uid) taken.push(`PodTemplate ${namespace}/${found.name}`)
  }
  return taken.map((what) => ({
    reason: 'NameTaken',
    message: `${what} exists and does not belong to Rollout ${namespace}/${name}: its label ${ownerUidLabel} is not ${uid}`,
    next: `remove or rename ${what}`,
  }))
}

/** Asked until the copy is there: its labels are what they are then. */
function labelProblems({ caches, view, workload }: Observation): readonly Problem[] {
  if (workload === undefined || caches.deployments.byIndex(byOwner, view.meta.uid).length > 0) return []
  const own = copyPodLabels(canaryName(workload.name), view.meta.uid)
  const result = separateLabels(workload.templateLabels, selectorsBeside(caches, view.meta), own)
  if (result.kind === 'ok') return []
  return [
    {
      reason: 'LabelsCannotBeSeparated',
      message: describeInseparable(`Deployment ${workload.namespace}/${workload.name}`, result.selector),
      next: `make ${result.selector.field} of ${result.selector.owner} name a label of the pods by its value`,
    },
  ]
}
