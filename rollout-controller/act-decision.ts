import { objectOf } from '../api/json.ts'
import type { ObjectName } from '../api/kube-object.ts'
import { decisionResource } from '../api/names.ts'
import { isFault } from '../kube/errors.ts'
import { type ActContext, deleteSeen, type Result } from './act-context.ts'

export interface Settlement {
  readonly outcome: 'Accepted' | 'Refused'
  readonly message: string
}

/** The answer, on the Decision's own status. Whoever asked may have deleted it meanwhile. */
export async function settle(context: ActContext, decision: string, answer: Settlement): Promise<Result> {
  const name: ObjectName = { namespace: context.snapshot.rollout.meta.namespace, name: decision }
  const body = { status: { outcome: answer.outcome, message: answer.message } }
  const { client, signal, remember } = context
  try {
    remember(await client.patch(decisionResource, name, { type: 'merge', body }, { subresource: 'status' }, signal))
    return 'changed'
  } catch (error) {
    if (isFault(error, 'not-found')) return 'unchanged'
    throw error
  }
}

/**
 * Every Decision about this Rollout: a Rollout of the same name made later must not meet them. They are asked for, since
 * the caches may not have heard of the last ones.
 */
export async function deleteDecisions(context: ActContext): Promise<Result> {
  const { client, signal, snapshot } = context
  const { namespace, name } = snapshot.rollout.meta
  const { items } = await client.listAll(decisionResource, { namespace }, signal)
  const results: Result[] = []
  for (const { metadata, spec } of items) {
    if (objectOf(spec)['rollout'] !== name) continue
    results.push(await deleteSeen(context, decisionResource, metadata, { uid: metadata.uid ?? '' }))
  }
  return results.includes('changed') ? 'changed' : 'unchanged'
}
