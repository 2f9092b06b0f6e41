import type { KubeObject } from '../api/kube-object.ts'
import type { RouteTarget } from '../api/rollout.ts'
import type { RouteIntent, RouteWrite } from '../traffic-providers/provider.ts'
import { type ActContext, createOwned, deleteSeen, type Result } from './act-context.ts'
import { ownerOf, sameTarget } from './routes.ts'

/** Brings one route to the intent, from the objects that the plan was made on. */
export async function writeRoute(context: ActContext, target: RouteTarget, intent: RouteIntent): Promise<Result> {
  const observed = context.routes.find(({ route }) => sameTarget(route.target, target))
  if (observed === undefined) return 'stale'
  const revision = context.plan.status.release?.revision ?? observed.route.owner.revision
  const route = { ...observed.route, owner: ownerOf(context.snapshot.rollout, revision) }
  let result: Result = 'unchanged'
  for (const write of observed.provider.render(route, intent, observed.live)) {
    const one = await writeOne(context, write)
    if (one === 'stale') return one
    if (one === 'changed') result = one
  }
  return result
}

async function writeOne(context: ActContext, write: RouteWrite): Promise<Result> {
  const { resource, object } = write
  switch (write.kind) {
    case 'create':
      return createOwned(context, resource, object)
    case 'update':
      context.remember(await context.client.replace(resource, object, {}, context.signal))
      return 'changed'
    case 'delete':
      return deleteSeen(context, resource, object.metadata, preconditions(object))
    default:
      return write satisfies never
  }
}

function preconditions({ metadata: { uid = '', resourceVersion } }: KubeObject) {
  return { uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) }
}
