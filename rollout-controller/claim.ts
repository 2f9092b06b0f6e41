import { rolloutLabel } from '../api/names.ts'
import type { Caches } from './observed-caches.ts'
import type { DeploymentFacts } from './workload/deployment-facts.ts'

/** The Rollout whose the workload is. A claim by one that is gone for good is nobody's: the next may have it. */
export function claimOf(caches: Caches, { namespace, labels }: DeploymentFacts): string | undefined {
  const claim = labels[rolloutLabel]
  return claim !== undefined && caches.rollouts.get(namespace, claim) !== undefined ? claim : undefined
}
