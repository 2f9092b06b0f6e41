import { isFault } from '../kube/errors.ts'
import { type ActContext, deleteSeen, type Result } from './act-context.ts'
import { createCopy, createService, scaleCopy } from './act-copy.ts'
import { deleteDecisions, settle } from './act-decision.ts'
import { addFinalizer, removeFinalizer } from './act-rollout.ts'
import { writeRoute } from './act-route.ts'
import { dropTemplate, storeTemplate } from './act-template.ts'
import { claim, clearBypass, hold, lift, probeHold, restoreTemplate, unclaim } from './act-workload.ts'
import type { Action } from './plan.ts'

/**
 * Does the plan's actions in order, routes that follow each other side by side. Stops at the first that finds the
 * world changed; what was done stays, and the next look goes on from there. `stale` and `changed` ask for that look.
 */
export async function act(context: ActContext): Promise<Result> {
  let result: Result = 'unchanged'
  for (const group of grouped(context.plan.actions)) {
    const results = await doGroup(context, group)
    if (results.includes('stale')) return 'stale'
    if (results.includes('changed')) result = 'changed'
  }
  return result
}

/** Runs of `route` actions together, every other action alone. */
export function grouped(actions: readonly Action[]): readonly (readonly Action[])[] {
  const groups: Action[][] = []
  for (const action of actions) {
    const last = groups.at(-1)
    if (action.kind === 'route' && last?.[0]?.kind === 'route') last.push(action)
    else groups.push([action])
  }
  return groups
}

/** All of a group are tried, also when one fails: a route that cannot be written must not keep the others back. */
async function doGroup(context: ActContext, group: readonly Action[]): Promise<readonly Result[]> {
  const settled = await Promise.allSettled(group.map((action) => attempt(context, action)))
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}

/** A write whose precondition no longer holds is not an error: the world moved on. */
async function attempt(context: ActContext, action: Action): Promise<Result> {
  context.signal.throwIfAborted()
  try {
    return await doAction(context, action)
  } catch (error) {
    if (isFault(error, 'conflict') || isFault(error, 'not-found')) return 'stale'
    throw error
  }
}

async function doAction(context: ActContext, action: Action): Promise<Result> {
  switch (action.kind) {
    case 'addFinalizer':
      return addFinalizer(context)
    case 'removeFinalizer':
      return removeFinalizer(context)
    case 'claim':
      return claim(context, action.at)
    case 'hold':
      return hold(context, action.at)
    case 'lift':
      return lift(context, action.at)
    case 'unclaim':
      return unclaim(context, action.at)
    case 'clearBypass':
      return clearBypass(context, action.at)
    case 'storeTemplate':
      return storeTemplate(context, action.role, action.revision)
    case 'dropTemplate':
      return dropTemplate(context, action.role)
    case 'restoreTemplate':
      return restoreTemplate(context, action.role, action.at)
    case 'createCopy':
      return createCopy(context, action.revision, action.replicas)
    case 'scaleCopy':
      return scaleCopy(context, action.replicas)
    case 'createService':
      return createService(context, action.stable, action.canary)
    case 'route':
      return writeRoute(context, action.target, action.intent)
    case 'delete':
      return deleteSeen(context, action.object.resource, action.object.name, action.object)
    case 'settle':
      return settle(context, action.decision, action)
    case 'deleteDecisions':
      return deleteDecisions(context)
    case 'probeHold':
      return probeHold(context, action.asked)
    case 'measure':
      context.measure(action.requests)
      return 'unchanged'
    default:
      return action satisfies never
  }
}
