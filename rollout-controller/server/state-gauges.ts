import { Gauge, type Registry } from 'prom-client'
import { phases } from '../../api/status.ts'
import { bounded, other } from './bounded.ts'

/** One Rollout as the gauges see it. */
export interface CountedRollout {
  readonly phase: string
  readonly held: boolean
  /** It needs a person. */
  readonly stalled?: boolean
  /** Why an update would not be held although nobody said bypass: the reason of the condition Held. */
  readonly notHeld?: string
}

export interface MetricSources {
  /** Asked at every scrape. */
  readonly rollouts: () => readonly CountedRollout[]
  readonly queue: () => Readonly<Record<string, number>>
  readonly isLeader: () => boolean
}

/** Of the condition Held, when it is False and nobody said so. */
export const notHeldReasons = ['HoldNotServed', 'NotYetHeld', 'HoldNotInForce'] as const
export const queuePlaces = ['rollback', 'normal', 'delayed', 'processing'] as const

/** What is so at the moment of a scrape. */
export function stateGauges(sources: MetricSources, registry: Registry): void {
  rolloutGauges(sources, [registry])
  processGauges(sources, [registry])
}

function rolloutGauges({ rollouts }: MetricSources, registers: Registry[]): void {
  byLabel('sluice_rollouts', 'Rollouts by phase.', 'phase', [...phases, 'Unknown'], registers, () =>
    rollouts().map(({ phase }) => phase),
  )
  new Gauge({
    name: 'sluice_holds_in_force',
    help: 'Rollouts of which a dry run has shown that an update would be held.',
    registers,
    collect() {
      this.set(rollouts().filter(({ held }) => held).length)
    },
  })
  const help = 'Rollouts whose updates would not be held although nobody said bypass, by reason.'
  byLabel('sluice_rollouts_not_held', help, 'reason', [...notHeldReasons, other], registers, () =>
    rollouts().flatMap(({ notHeld }) => notHeld ?? []),
  )
  new Gauge({
    name: 'sluice_rollouts_stalled',
    help: 'Rollouts that are stuck until a person acts. Waiting for an approval is not stuck.',
    registers,
    collect() {
      this.set(rollouts().filter(({ stalled }) => stalled).length)
    },
  })
}

/** How many of `values` fall under each of `known`; what is not known falls under the last. */
function byLabel(
  name: string,
  help: string,
  label: string,
  known: readonly string[],
  registers: Registry[],
  values: () => readonly string[],
): void {
  const last = known.at(-1) ?? other
  const names = new Set(known)
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers,
    collect() {
      const counts = new Map(known.map((value) => [value, 0]))
      for (const value of values()) {
        const under = names.has(value) ? value : last
        counts.set(under, (counts.get(under) ?? 0) + 1)
      }
      for (const [value, count] of counts) this.set({ [label]: value }, count)
    },
  })
}

function processGauges({ queue, isLeader }: MetricSources, registers: Registry[]): void {
  const placeOf = bounded(queuePlaces)
  new Gauge({
    name: 'sluice_queue_keys',
    help: 'Rollouts that wait to be reconciled, by where they stand.',
    labelNames: ['place'],
    registers,
    collect() {
      for (const [place, count] of Object.entries(queue())) this.set({ place: placeOf(place) }, count)
    },
  })
  new Gauge({
    name: 'sluice_leader',
    help: '1 while this process may write.',
    registers,
    collect() {
      this.set(isLeader() ? 1 : 0)
    },
  })
}
