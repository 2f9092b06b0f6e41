import { numberOf, stringsOf } from '../../../api/json.ts'
import { copyLabel } from '../../../api/names.ts'
import { podsFor } from '../../../rollout-controller/planner/steps.ts'
import { canaryServiceName, copyName, type RouteSight, type Sight, serviceName } from '../sight.ts'
import type { Story } from '../story.ts'
import type { Moment, Promised } from './moment.ts'

/** 1: a side's weight rises only when ready pods can carry it, or the user chose otherwise. */
export const weightRisesOnReadyPods: Promised = (moment) => {
  const { after, chronicle, lagMs } = moment
  for (const [route, was] of changedRoutes(moment)) {
    if ((route.canary ?? 0) <= (was.canary ?? 0)) continue
    const size = Math.max(1, after.rollout?.status?.release?.desired ?? 0, chronicle.fewestReplicas(lagMs))
    const needed = podsChosen(after) ?? podsFor(route.canary ?? 0, size)
    const ready = chronicle.mostReady(canaryServiceName, lagMs)
    if (ready < needed) return `${route.name} rises to ${route.canary} % on ${ready} ready pods of ${needed}`
    if (!chronicle.hadCanaryService(lagMs))
      return `${route.name} rises to ${route.canary} % without the Service that carries it`
  }
  return undefined
}

/** The number of pods that the step states, instead of what its weight needs. */
function podsChosen({ rollout }: Sight): number | undefined {
  const release = rollout?.status?.release
  if (release === undefined || release.stage !== undefined) return undefined
  const chosen = rollout?.steps[release.step - 1]?.['replicas']
  return chosen === undefined ? undefined : release.replicas
}

/** 1: the traffic goes back to the workload after a promotion only when it has as many ready pods as at the start. */
export const returnsOnReadyPods: Promised = (moment) => {
  const { before, chronicle, lagMs } = moment
  const release = before.rollout?.status?.release
  if (release?.stage !== 'Returning' || moment.actor !== 'controller') return undefined
  for (const [route, was] of changedRoutes(moment)) {
    if ((route.canary ?? 0) >= (was.canary ?? 0) || !was.leadsToWorkload) continue
    const ready = chronicle.mostReady(serviceName, lagMs)
    // for a Rollout that goes, as many pods as the owner wants now are enough
    const needed = before.rollout?.deleting
      ? Math.min(release.desired, chronicle.fewestReplicas(lagMs))
      : release.desired
    if (ready < needed) return `${route.name} goes back to ${ready} ready pods of ${needed}`
  }
  return undefined
}

/** 2: the copy and its Service go only after every route has sent nothing there for the drain time. */
export const breaksOnlyAfterDrain: Promised = (moment) => {
  const { actor, type, object, story, chronicle, nowMs, before } = moment
  if (actor !== 'controller' || !isOursToCarry(moment)) return undefined
  const shrinks =
    before.copy !== undefined && moment.after.copy !== undefined && moment.after.copy.replicas < before.copy.replicas
  const goes = type === 'DELETED' || object.metadata.deletionTimestamp !== undefined
  if (!shrinks && !(goes && moment.old?.metadata.deletionTimestamp === undefined)) return undefined
  for (const { name } of before.routes) {
    const since = chronicle.unreachableSince(name)
    if (since === undefined)
      return `${object.kind} ${object.metadata.name} ${goes ? 'goes' : 'shrinks'} while ${name} sends requests to it`
    const drainedMs = nowMs - since
    if (drainedMs < drainOf(story))
      return `${object.kind} ${object.metadata.name} goes ${drainedMs} ms after ${name} stopped, drain is ${story.shop.drainSeconds} s`
  }
  return undefined
}

/** Recorded times are whole milliseconds. */
const drainOf = ({ shop }: Story): number => shop.drainSeconds * 1000 - 2

const isOursToCarry = ({ object }: Moment): boolean =>
  (object.kind === 'Deployment' && object.metadata.name === copyName) ||
  (object.kind === 'Service' && object.metadata.name === canaryServiceName)

/** 2: the workload rolls in a promotion only after every route has sent it nothing for the drain time. */
export const rollsOffTheTraffic: Promised = ({ actor, before, after, chronicle, nowMs, story, lagMs }) => {
  const release = before.rollout?.status?.release
  const lifted = before.workload?.paused === true && after.workload?.paused === false
  if (actor !== 'controller' || !lifted || release?.stage !== 'Rolling') return undefined
  if (after.workload?.revision !== release.revision) return undefined
  for (const { name, leadsToWorkload, canary } of before.routes) {
    if (!leadsToWorkload || (canary === undefined && !release.routes.some((route) => route.name === name))) continue
    const since = chronicle.fullSince(name)
    // somebody took our route away so lately that nobody can have heard of it
    const lately = chronicle.shares(name, lagMs)
    if (chronicle.excuses.oursWereTouched && lately.most === 100 && lately.least < 100) continue
    if (since === undefined) return `the workload rolls while ${name} sends ${100 - (canary ?? 0)} % to it`
    if (nowMs - since < drainOf(story)) return `the workload rolls ${nowMs - since} ms after ${name} left it`
  }
  return undefined
}

/** 3: traffic to the new version falls only by a rollback, an explicit step, or when both sides are the new version. */
export const noFlap: Promised = (moment) => {
  const { after, actor } = moment
  if (actor !== 'controller') return undefined
  for (const [route, was] of changedRoutes(moment)) {
    if ((route.canary ?? 0) >= (was.canary ?? 0) || !route.leadsToWorkload) continue
    const { status, steps } = after.rollout ?? {}
    const { phase, release } = status ?? {}
    if (phase === 'Promoting' && release?.stage === 'Returning') {
      const others = moment.stablePods().filter((revision) => revision !== release.revision)
      if (others.length === 0) continue
      return `${route.name} returns to ${others.length} pods of ${others[0]}, released is ${release.revision}`
    }
    const byStep = phase === 'Progressing' && numberOf(steps?.[(release?.step ?? 0) - 1]?.['weight']) === route.canary
    const staying = phase === 'Progressing' || phase === 'Promoting'
    if (staying && !byStep)
      return `${route.name} falls from ${was.canary} to ${route.canary ?? 'nothing'} in ${phase} ${release?.stage ?? `step ${release?.step}`}`
  }
  return undefined
}

/** 4: pods of the copy can be selected neither by the workload nor by a Service that selects stable pods. */
export const bornApart: Promised = ({ type, object, after, services }) => {
  if (type !== 'ADDED' || object.kind !== 'Pod' || after.workload === undefined || after.copy?.ownerUid === undefined)
    return undefined
  const labels = stringsOf(object.metadata.labels)
  if (labels[copyLabel] === undefined) return undefined
  if (matches(after.workload.matchLabels, labels))
    return `pod ${object.metadata.name} of the copy is selected by the workload`
  const taking = services.find(
    ({ selector }) => matches(selector, labels) && matches(selector, after.workload?.podLabels ?? {}),
  )
  return taking && `pod ${object.metadata.name} of the copy is selected by Service ${taking.name} beside stable pods`
}

const matches = (selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean =>
  Object.keys(selector).length > 0 && Object.entries(selector).every(([key, value]) => labels[key] === value)

/**
 * 6: on the way back a route takes one write, after which nothing arrives. A call that a second controller has under way at
 * the moment in which the first records the rollback cannot be called back: it is undone by that one write.
 */
export const rollsBackInOneWrite: Promised = (moment) => {
  const { after, actor, chronicle, nowMs, story } = moment
  const phase = after.rollout?.status?.phase
  if (actor !== 'controller' || phase !== 'RollingBack') return undefined
  const isTwo = story.faults.some(({ kind }) => kind === 'second-controller')
  if (isTwo && nowMs - (chronicle.rollingBackSince() ?? nowMs) < 2 * story.pace.callMs) return undefined
  for (const [route] of changedRoutes(moment)) {
    if ((route.canary ?? 0) > 0) return `${route.name} is written with ${route.canary} % while rolling back`
  }
  return undefined
}

function changedRoutes({ before, after, actor }: Moment): readonly (readonly [RouteSight, RouteSight])[] {
  if (actor !== 'controller') return []
  return after.routes.flatMap((route, index) => {
    const was = before.routes[index]
    return was === undefined || was.canary === route.canary ? [] : [[route, was] as const]
  })
}
