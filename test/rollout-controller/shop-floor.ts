import type { KubeClient } from '../../kube/types.ts'
import { type Control, createControl } from '../../rollout-controller/control.ts'
import { createLog } from '../../rollout-controller/log.ts'
import { createMetrics } from '../../rollout-controller/server/metrics.ts'
import type { Shop } from '../builders/shop.ts'
import type { VirtualClock } from '../builders/virtual-clock.ts'

/** A controller at work on a shop in memory, in virtual time. */
export interface WorkingControl {
  readonly control: Control
  /** What went wrong, as logged. */
  readonly complaints: readonly string[]
  readonly stop: () => Promise<void>
}

export function startControl(shop: Shop, clock: VirtualClock, client: KubeClient = shop.kube.client): WorkingControl {
  const complaints: string[] = []
  const control = createControl({
    client,
    clock,
    identity: 'test',
    leaderElection: false,
    holdServed: true,
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
      await clock.advance(0)
      await ended
    },
  }
}

/** Lets time pass in small steps; pods follow after each. */
export async function pass(shop: Shop, clock: VirtualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    await clock.advance(500)
    shop.settlePods()
  }
  await clock.advance(0)
}
