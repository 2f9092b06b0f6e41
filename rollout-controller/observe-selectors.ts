import { ownerUidLabel } from '../api/names.ts'
import type { RolloutMeta } from '../api/rollout.ts'
import type { Caches } from './observed-caches.ts'
import type { NamedSelector } from './workload/selectors.ts'

/** Every selector in the namespace but those of this Rollout's own objects: none of them may match the copy's pods. */
export function selectorsBeside(caches: Caches, { namespace, uid }: RolloutMeta): readonly NamedSelector[] {
  const deployments = caches.deployments
    .list(namespace)
    .filter(({ labels }) => labels[ownerUidLabel] !== uid)
    .map(({ name, selector }) => ({ owner: `Deployment ${namespace}/${name}`, field: 'spec.selector', selector }))
  const services = caches.services
    .list(namespace)
    .filter(({ ownerUid }) => ownerUid !== uid)
    .flatMap(({ name, selector }) =>
      selector === undefined ? [] : [{ owner: `Service ${namespace}/${name}`, field: 'spec.selector', selector }],
    )
  return [...deployments, ...services]
}
