import {
  decisionResource,
  deploymentResource,
  ingressResource,
  ownerUidLabel,
  podTemplateResource,
  type rolloutResource,
  serviceResource,
} from '../../api/names.ts'
import { isGoingOn } from './promises/control.ts'
import { rolloutName } from './sight.ts'
import type { Breach, World } from './world.ts'

/** How a world stands that was left alone. */
export interface Ending {
  readonly state: string
  readonly breaches: readonly Breach[]
}

/** Left alone, with pods that get ready, everything comes to rest or waits for a person and says so. */
export function endingOf(world: World): Ending {
  const { rollout, routes } = world.look()
  const { phase = 'none', waiting, release } = rollout?.status ?? {}
  const state = `${phase}${release?.stage === undefined ? '' : `/${release.stage}`}${waiting === undefined ? '' : ` ${waiting.reason}`}`
  const broken: string[] = []
  // a wrong wall clock makes a wait longer or shorter than anybody would wait here
  const isTimed = waiting?.until !== undefined && world.chronicle.excuses.clockJumped
  if (rollout !== undefined && !isTimed && !isAtRest(phase, waiting?.next)) {
    broken.push(`it is left in ${state}: ${waiting?.message ?? ''}; ${waiting?.next ?? ''}`)
  }
  if (release !== undefined && isGoingOn(phase, release) && world.chronicle.rollbacks.has(release.attempt)) {
    broken.push(`${release.attempt} is left in ${state} although somebody asked to roll it back`)
  }
  if (phase === 'Healthy' || phase === 'RolledBack' || phase === 'Bypassed' || rollout === undefined) {
    broken.push(...leftovers(world, [deploymentResource, serviceResource, ingressResource]))
    for (const { name, canary } of routes)
      if (canary !== undefined) broken.push(`${name} has a canary of ${canary} % in ${state}`)
  }
  const promise = '8 comes to rest or waits for a person'
  return { state, breaches: broken.map((what) => ({ promise, what, atMs: world.elapsedMs() })) }
}

const isAtRest = (phase: string, next: string | undefined): boolean =>
  phase === 'Healthy' || next?.includes('no deadline') === true || (phase === 'Pending' && next !== undefined)

/** After the Rollout was deleted, nothing of ours is left and the workload is the user's own. */
export function farewell(world: World, stable: string | undefined): readonly Breach[] {
  const { rollout, workload } = world.look()
  const broken: string[] = []
  if (rollout !== undefined) {
    const { phase, waiting } = rollout.status ?? {}
    broken.push(`the Rollout is still there, ${phase}: ${waiting?.reason} ${waiting?.message}`)
  } else {
    broken.push(...leftovers(world, [deploymentResource, serviceResource, ingressResource, podTemplateResource]))
    const { items } = world.api.list(decisionResource)
    if (items.length > world.chronicle.excuses.strayDecisions) broken.push(`${items.length} Decisions are left`)
    if (workload?.held === true) broken.push('the workload is left held')
    if (workload?.claimedBy === rolloutName) broken.push('the workload is left with our label')
    if (stable !== undefined && workload !== undefined && workload.revision !== stable) {
      broken.push(`the workload is left with revision ${workload.revision}, stable was ${stable}`)
    }
  }
  const promise = '10 leaves nothing behind'
  return broken.map((what) => ({ promise, what, atMs: world.elapsedMs() }))
}

function leftovers({ api }: World, resources: readonly (typeof rolloutResource)[]): readonly string[] {
  return resources.flatMap((resource) =>
    api
      .list(resource)
      .items.filter(({ metadata }) => metadata.labels?.[ownerUidLabel] !== undefined)
      .map(({ kind, metadata }) => `${kind} ${metadata.name} of ours is left`),
  )
}
