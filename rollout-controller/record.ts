import { sameJson } from '../api/json.ts'
import type { KubeObject } from '../api/kube-object.ts'
import { rolloutResource } from '../api/names.ts'
import type { RolloutStatus } from '../api/status.ts'
import type { KubeClient } from '../kube/types.ts'

/**
 * Stores what was decided, on the version of the Rollout that it was decided on, before anything is done about it.
 * Gives back the Rollout as it is stored now. A KubeError 'conflict' means: somebody wrote it meanwhile, look again.
 */
export async function record(
  client: Pick<KubeClient, 'replace'>,
  rollout: KubeObject,
  status: RolloutStatus,
  signal: AbortSignal,
): Promise<KubeObject> {
  if (sameJson(rollout['status'], status)) return rollout
  return client.replace(rolloutResource, { ...rollout, status }, { subresource: 'status' }, signal)
}
