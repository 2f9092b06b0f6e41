import { access } from './access.ts'
import { applies } from './apply.ts'
import { bodies } from './bodies.ts'
import type { Chapter } from './contract.ts'
import { customResources } from './custom-resources.ts'
import { defaults } from './defaults.ts'
import { definitionCases } from './definitions.ts'
import { deletion } from './deletion.ts'
import { deployments } from './deployments.ts'
import { dryRuns } from './dry-runs.ts'
import { endpointCases } from './endpoints.ts'
import { garbage } from './garbage.ts'
import { hold } from './hold.ts'
import { lists } from './lists.ts'
import { objects } from './objects.ts'
import { ownClient } from './own-client.ts'
import { ownKinds } from './own-kinds.ts'
import { patches } from './patches.ts'
import { policies } from './policies.ts'
import { records } from './records.ts'
import { servedKinds } from './served.ts'
import { statefulSetCases } from './stateful-sets.ts'
import { subresources } from './subresources.ts'
import { validation } from './validation.ts'
import { watches } from './watches.ts'

/** Every concern, in the order of a reader who starts with the store and ends with the controllers. */
export const chapters: readonly Chapter[] = [
  objects,
  bodies,
  subresources,
  dryRuns,
  deletion,
  lists,
  watches,
  patches,
  applies,
  defaults,
  validation,
  customResources,
  definitionCases,
  ownKinds,
  hold,
  policies,
  access,
  records,
  servedKinds,
  deployments,
  statefulSetCases,
  endpointCases,
  garbage,
  ownClient,
]
