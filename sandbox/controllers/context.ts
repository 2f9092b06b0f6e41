import type { Clock } from '../../api/clock.ts'
import type { Api, Ids } from '../server/api.ts'
import type { Shelf } from './shelf.ts'

/** What every controller works with. */
export interface ControllerContext {
  readonly api: Api
  readonly clock: Clock
  readonly ids: Ids
  /** How long a controller takes to see a change. */
  readonly delayMs: () => number
  readonly shelves: Shelves
}

/** Shared by all, so that there is one watch for each kind. */
export interface Shelves {
  readonly deployments: Shelf
  readonly replicaSets: Shelf
  readonly statefulSets: Shelf
  readonly controllerRevisions: Shelf
  readonly pods: Shelf
  readonly services: Shelf
  readonly endpointSlices: Shelf
}

/** A controller that has begun to work. */
export interface Running {
  stop(): void
}
