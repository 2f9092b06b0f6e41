import { unanswered } from '../../analysis/unanswered.ts'
import { serviceAccountUser } from '../../api/names.ts'
import { createControl } from '../../rollout-controller/control.ts'
import type { Log } from '../../rollout-controller/log.ts'
import type { Metrics } from '../../rollout-controller/server/metrics.ts'
import { createLocalClient } from '../../sandbox/local-client.ts'
import type { Api } from '../../sandbox/server/api.ts'
import type { VirtualClock } from '../../sandbox/virtual-clock.ts'

/** The controller that Sluice runs, at work in this process. */
export interface RunningController {
  stop(): Promise<void>
}

/** Seldom: a watch that hears nothing for three minutes takes its connection for dead. */
const bookmarkMs = 170_000

export function startController(api: Api, clock: VirtualClock): RunningController {
  const stop = new AbortController()
  const caller = { username: serviceAccountUser, groups: [] }
  const control = createControl({
    client: createLocalClient(api, { clock, bookmarkMs, caller }),
    clock,
    random: () => 0.5,
    identity: 'simulation',
    leaderElection: false,
    holdServed: true,
    measure: (request) => Promise.resolve(unanswered(request, 'there is no metric store here')),
    log: silent,
    metrics: () => unmeasured,
  })
  const running = control.run(stop.signal).catch(nothing)
  return {
    async stop() {
      stop.abort()
      await running
    },
  }
}

const nothing = () => undefined
const silent: Log = { error: nothing, warn: nothing, info: nothing, debug: nothing }

const unmeasured: Metrics = {
  get registry(): never {
    throw new Error('nobody scrapes a simulation')
  },
  reconciled: nothing,
  requested: nothing,
  moved: nothing,
  slipped: nothing,
  failed: nothing,
  recorded: nothing,
  waited: nothing,
  measured: nothing,
}
