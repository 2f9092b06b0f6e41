import type { ObjectName } from '../api/kube-object.ts'
import { decisionResource } from '../api/names.ts'
import { isFault } from '../kube/errors.ts'
import { type ActContext, deleteSeen, type Result } from './act-context.ts'
import { byRollout } from './observed-caches.ts'

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

/** Every Decision about this Rollout: a Rollout of the same name made later must not meet them. */
export async function deleteDecisions(context: ActContext): Promise<Result> {
  const { namespace, name } = context.snapshot.rollout.meta
  const results: Result[] = []
  for (const decision of context.caches.decisions.byIndex(byRollout, `${namespace}/${name}`)) {
    results.push(await deleteSeen(context, decisionResource, { namespace, name: decision.name }, { uid: decision.uid }))
  }
  return results.includes('changed') ? 'changed' : 'unchanged'
}
