import type { Measure } from '../../analysis/measurement.ts'
import { unanswered } from '../../analysis/unanswered.ts'
import type { Clock } from '../../api/clock.ts'
import type { KubeClient } from '../../kube/types.ts'
import { type Control, createControl } from '../../rollout-controller/control.ts'
import { createLog } from '../../rollout-controller/log.ts'
import { createMetrics } from '../../rollout-controller/server/metrics.ts'
import type { Shop } from '../builders/shop.ts'
import { createDice } from '../simulation/dice.ts'

/** A controller at work on a shop, in virtual time. */
export interface WorkingControl {
  readonly control: Control
  /** What went wrong, as logged. */
  readonly complaints: readonly string[]
  readonly stop: () => Promise<void>
}

export interface ControlParts {
  /** Unique per process. */
  readonly identity?: string
  readonly client?: KubeClient
  /** As this process reads it. */
  readonly clock?: Clock
  readonly measure?: Measure
}

const noStore: Measure = (request) => Promise.resolve(unanswered(request, 'there is no metric store here'))

export function startControl(
  shop: Shop,
  { identity = 'test', client = shop.client, clock = shop.clock, measure = noStore }: ControlParts = {},
): WorkingControl {
  const dice = createDice(identity)
  const complaints: string[] = []
  const control = createControl({
    client,
    clock,
    random: () => dice.next(),
    identity,
    leaderElection: false,
    holdServed: true,
    measure,
    log: createLog({ level: 'warn', format: 'text', now: () => clock.now(), write: (line) => complaints.push(line) }),
    metrics: ({ caches, queue, isLeader }) =>
      createMetrics({ rollouts: () => caches.rollouts.list(), queue: () => ({ ...queue.size() }), isLeader }),
  })
  const ending = new AbortController()
  const ended = control.run(ending.signal)
  return {
    control,
    complaints,
    async stop() {
      ending.abort()
      await shop.clock.advance(0)
      await ended
    },
  }
}
