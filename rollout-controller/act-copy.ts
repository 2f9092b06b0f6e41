import { canaryName } from '../api/canary-name.ts'
import { revisionOf } from '../api/hash.ts'
import { objectOf } from '../api/json.ts'
import { deploymentResource, serviceResource } from '../api/names.ts'
import { type ActContext, createOwned, getIfThere, type Result } from './act-context.ts'
import { liveWorkload } from './act-template.ts'
import { selectorsBeside } from './observe-selectors.ts'
import { canaryServiceOf } from './workload/canary-service.ts'
import { copyOf } from './workload/copy.ts'

/** The copy is made from a live read of the workload: the caches keep no templates. */
export async function createCopy(context: ActContext, revision: string, replicas: number): Promise<Result> {
  const { caches, snapshot } = context
  const { meta } = snapshot.rollout
  const workload = await liveWorkload(context)
  if (workload === undefined || revisionOf(objectOf(workload['spec'])['template']) !== revision) return 'stale'
  const copy = copyOf(workload, {
    name: canaryName(workload.metadata.name),
    ownerUid: meta.uid,
    revision,
    replicas,
    selectors: selectorsBeside(caches, meta),
  })
  if (copy.kind === 'problem') return 'stale' // somebody's selector is new: the next look says so
  return createOwned(context, deploymentResource, copy.object)
}

export async function scaleCopy(context: ActContext, replicas: number): Promise<Result> {
  const { copy, rollout } = context.snapshot
  if (copy === undefined) return 'stale'
  const name = { namespace: rollout.meta.namespace, name: copy.name }
  const body = { metadata: { resourceVersion: copy.resourceVersion }, spec: { replicas } }
  const { client, remember, signal } = context
  remember(await client.patch(deploymentResource, name, { type: 'merge', body }, {}, signal))
  return 'changed'
}

export async function createService(context: ActContext, stable: string, canary: string): Promise<Result> {
  const { workload, rollout } = context.snapshot
  const { namespace, uid: ownerUid } = rollout.meta
  const service = await getIfThere(context, serviceResource, { namespace, name: stable })
  if (service === undefined || workload === undefined) return 'stale'
  const object = canaryServiceOf(service, { name: canary, ownerUid, copy: canaryName(workload.name) })
  return createOwned(context, serviceResource, object)
}
