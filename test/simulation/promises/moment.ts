import type { KubeObject } from '../../../api/kube-object.ts'
import type { Chronicle } from '../chronicle.ts'
import type { Sight } from '../sight.ts'
import type { Story } from '../story.ts'

/** One write, with the world before and after it. */
export interface Moment {
  readonly nowMs: number
  /** The same moment in milliseconds since the epoch, by the true clock. */
  readonly wallMs: number
  readonly actor: 'controller' | 'user' | 'system'
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubeObject
  readonly old: KubeObject | undefined
  readonly before: Sight
  readonly after: Sight
  readonly chronicle: Chronicle
  readonly story: Story
  /** What a controller has seen may be so many milliseconds old. */
  readonly lagMs: number
  /** The ready pods of the workload itself, by the revision of their template; `undefined` for one that it never had. */
  readonly stablePods: () => readonly (string | undefined)[]
  /** The Services that others than we have made, by the labels that they select. */
  readonly services: readonly ServiceSelector[]
}

export interface ServiceSelector {
  readonly name: string
  readonly selector: Readonly<Record<string, string>>
}

/** A promise, asked after every write: what is broken, in words; undefined while it is kept. */
export type Promised = (moment: Moment) => string | undefined
