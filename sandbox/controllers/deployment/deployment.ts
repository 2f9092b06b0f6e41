import { numberOf, objectOf, objectsOf, sameJson } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { Refusal } from '../../server/refusal.ts'
import { claim } from '../claim.ts'
import { concerned, controllerKey } from '../concerned.ts'
import type { ControllerContext, Running } from '../context.ts'
import { createLoop } from '../loop.ts'
import { isLeaving, isOver } from '../pod-state.ts'
import * as served from '../resources.ts'
import { labelSelector } from '../selector.ts'
import { keyOf } from '../shelf.ts'
import { createTemplateKeys, type TemplateKeys } from '../template-hash.ts'
import { type Condition, conditionsOf, created, find, found, notCreated, say, sayPaused } from './conditions.ts'
import { newReplicaSet, renewed, resized } from './replica-sets.ts'
import { followReplicas, isScaled, recreateStep, rollingStep, type Scaling } from './scaling.ts'
import { deadlineMs, isComplete, statusOf } from './status.ts'
import { revisionAnnotation, type View, viewOf } from './view.ts'

/** Rolls the pods of a Deployment from template to template by the sizes of one ReplicaSet for each. */
export function runDeployments(context: ControllerContext): Running {
  const { deployments, replicaSets, pods } = context.shelves
  const rollout: Rollout = { ...context, templateKeys: createTemplateKeys() }
  const loop = createLoop({ ...context, reconcile: (key) => reconcile(rollout, key) })
  deployments.listen(({ object }) => loop.add(keyOf(object.metadata)))
  replicaSets.listen((change) => concerned(deployments, change).forEach(loop.add))
  pods.listen(({ object, now }) => {
    if (now === undefined) deploymentOf(context, object).forEach(loop.add) // Recreate waits for the last old pod
  })
  return loop
}

interface Rollout extends ControllerContext {
  readonly templateKeys: TemplateKeys
}

/** The key of the pod's Deployment, if that replaces its pods all at once. */
function deploymentOf({ shelves }: ControllerContext, pod: KubeObject): readonly string[] {
  const sets = controllerKey(shelves.replicaSets, pod).flatMap((key) => shelves.replicaSets.get(key) ?? [])
  const isRecreated = (key: string) => {
    const spec = objectOf(shelves.deployments.get(key)?.['spec'])
    return objectOf(spec['strategy'])['type'] === 'Recreate'
  }
  return sets.flatMap((set) => controllerKey(shelves.deployments, set)).filter(isRecreated)
}

function reconcile(rollout: Rollout, key: string): number | undefined {
  const view = look(rollout, key)
  if (view === undefined) return undefined
  if (isLeaving(view.deployment)) return conclude(rollout, view, conditionsOf(view), false)
  const known = renew(rollout, view)
  const conditions = firstConditions(known, rollout.clock.now())
  if (known.spec.isPaused || isScaled(known)) return follow(rollout, known, conditions)
  return known.spec.strategy === 'Recreate' ? recreate(rollout, known, conditions) : roll(rollout, known, conditions)
}

/** The Deployment and the ReplicaSets that are its own, as they are now. */
function look({ api, shelves, templateKeys }: Rollout, key: string): View | undefined {
  const owner = shelves.deployments.get(key)
  if (owner === undefined) return undefined
  const matches = labelSelector(objectOf(owner['spec'])['selector'])
  const fits = ({ metadata }: KubeObject) => matches(metadata.labels)
  const sets = claim({ api, owner, resource: served.deployments, shelf: shelves.replicaSets, fits })
  return viewOf(owner, sets, templateKeys)
}

const lookAgain = (rollout: Rollout, view: View): View => look(rollout, keyOf(view.deployment.metadata)) ?? view

/** The newest ReplicaSet gets the Deployment's annotations and the highest revision, which the Deployment then shows. */
function renew(rollout: Rollout, view: View): View {
  const { newest, deployment } = view
  if (newest === undefined) return view
  const set = renewed(view, newest)
  if (set !== newest.set) rollout.api.replace(served.replicaSets, set)
  const revision = set.metadata.annotations?.[revisionAnnotation] ?? ''
  const isShown = deployment.metadata.annotations?.[revisionAnnotation] === revision
  if (!isShown) showRevision(rollout, deployment, revision)
  return set === newest.set && isShown ? view : lookAgain(rollout, view)
}

/** By way of the status, where annotations are no new generation. */
function showRevision({ api }: Rollout, deployment: KubeObject, revision: string): void {
  const { metadata } = deployment
  const annotations = { ...metadata.annotations, [revisionAnnotation]: revision }
  const next = { ...deployment, metadata: { ...metadata, annotations } }
  api.replace(served.deployments, next, { subresource: 'status' })
}

function firstConditions(view: View, nowMs: number): readonly Condition[] {
  const conditions = sayPaused(conditionsOf(view), view, nowMs)
  const isFound = view.newest !== undefined && view.spec.deadlineSeconds !== undefined
  if (!isFound || find(conditions, 'Progressing') !== undefined) return conditions
  return say(conditions, found(view.newest.set), nowMs)
}

function follow(rollout: Rollout, view: View, conditions: readonly Condition[]): number | undefined {
  const next = scale(rollout, view, followReplicas(view))
  if (view.spec.isPaused) cleanUp(rollout, next)
  return conclude(rollout, next, conditions, false)
}

function roll(rollout: Rollout, before: View, conditions: readonly Condition[]): number | undefined {
  const { view, said } = withNewest(rollout, before, conditions)
  const next = scale(rollout, view, rollingStep(view))
  if (next === view && isComplete(view)) cleanUp(rollout, view)
  return conclude(rollout, next, said, true)
}

function recreate(rollout: Rollout, before: View, conditions: readonly Condition[]): number | undefined {
  const emptied = scale(rollout, before, recreateStep(before))
  if (emptied !== before || hasOldPods(rollout, before)) return conclude(rollout, emptied, conditions, true)
  const { view, said } = withNewest(rollout, before, conditions)
  const next = scale(rollout, view, rollingStep(view))
  if (isComplete(view)) cleanUp(rollout, view)
  return conclude(rollout, next, said, true)
}

const hasOldPods = ({ shelves }: Rollout, { old }: View): boolean =>
  old.some(({ set, actual }) => actual > 0 || shelves.pods.ownedBy(set.metadata.uid).some((pod) => !isOver(pod)))

/** Makes the ReplicaSet of the wanted template where there is none. */
function withNewest(rollout: Rollout, view: View, conditions: readonly Condition[]) {
  if (view.newest !== undefined) return { view, said: conditions }
  const set = newReplicaSet(view, rollout.templateKeys(view.spec.template))
  try {
    rollout.api.create(served.replicaSets, set)
  } catch (error) {
    if (error instanceof Refusal) noteFailure(rollout, view, conditions, set, error)
    throw error
  }
  const nowMs = rollout.clock.now()
  const said = view.spec.deadlineSeconds === undefined ? conditions : say(conditions, created(set), nowMs)
  return { view: renew(rollout, lookAgain(rollout, view)), said }
}

/** Another object of that name means that two templates have one hash: the next try counts that in. */
function noteFailure(rollout: Rollout, view: View, conditions: readonly Condition[], set: KubeObject, why: Refusal) {
  const { deployment, status, spec } = view
  const isCollision = why.reason === 'AlreadyExists'
  const collisionCount = (numberOf(status['collisionCount']) ?? 0) + 1
  const said = say(conditions, notCreated(set.metadata.name, why.message), rollout.clock.now())
  const next = isCollision ? { ...status, collisionCount } : { ...status, conditions: said }
  if (!isCollision && (spec.deadlineSeconds === undefined || said === conditions)) return
  rollout.api.replace(served.deployments, { ...deployment, status: next }, { subresource: 'status' })
}

/** Gives ReplicaSets their sizes; the very same view when all have them. */
function scale(rollout: Rollout, view: View, scalings: readonly Scaling[]): View {
  const changed = scalings.flatMap(({ sized, to }) => {
    const set = resized(view, sized, to)
    return to === sized.replicas && sameJson(set.metadata.annotations, sized.set.metadata.annotations) ? [] : [set]
  })
  for (const set of changed) rollout.api.replace(served.replicaSets, set)
  return changed.length === 0 ? view : lookAgain(rollout, view)
}

/** Deletes the oldest ReplicaSets without pods beyond what the history may hold. */
function cleanUp({ api }: Rollout, { spec, old }: View): void {
  if (spec.historyLimit === undefined) return
  const kept = old.filter(({ set }) => !isLeaving(set)).toSorted((a, b) => a.revision - b.revision)
  for (const { set, replicas, actual } of kept.slice(0, Math.max(0, kept.length - spec.historyLimit))) {
    const observed = numberOf(objectOf(set['status'])['observedGeneration']) ?? 0
    const isIdle = replicas === 0 && actual === 0 && observed >= (set.metadata.generation ?? 0)
    if (isIdle) api.delete(served.replicaSets, set.metadata)
  }
}

/** Writes the status where it differs, and says when to look whether there was progress. */
function conclude(rollout: Rollout, view: View, conditions: readonly Condition[], isRolling: boolean) {
  const nowMs = rollout.clock.now()
  const status = statusOf(view, conditions, isRolling, nowMs)
  if (!sameJson(status, view.status)) {
    rollout.api.replace(served.deployments, { ...view.deployment, status }, { subresource: 'status' })
  }
  return deadlineMs(view, objectsOf(status['conditions']), nowMs)
}
