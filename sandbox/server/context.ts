import type { Clock } from '../../api/clock.ts'
import type { Admission } from './admission.ts'
import type { Ids } from './api.ts'
import type { Registry } from './registry.ts'
import type { Store } from './store.ts'

/** What every verb works with. */
export interface ServerContext {
  readonly store: Store
  readonly registry: Registry
  readonly clock: Clock
  readonly ids: Ids
  readonly admission: Admission
}

/** RFC 3339 in seconds, as the API writes times. */
export const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
