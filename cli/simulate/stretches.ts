import { sameJson } from '../../api/json.ts'
import type { Moment, PodCount } from './moments.ts'

/** A while in which it is at one place and waits for one thing. */
export interface Stretch extends Pick<Moment, 'atMs' | 'phase' | 'step' | 'stage' | 'weights'> {
  /** Absent: it does not end by itself. */
  readonly forMs?: number
  /** `what`: the analyses that it waits for. */
  readonly waiting?: { readonly reason: string; readonly message: string; readonly what?: string }
  /** The fewest that were ready, and the most that were there. */
  readonly copy: PodCount
  readonly workload: PodCount
  /** The most of both. */
  readonly pods: number
}

/** What lasts, in order. What is over at once is left out, but for an approval: a person was asked. */
export function stretchesOf(moments: readonly Moment[], endMs: number): readonly Stretch[] {
  const stretches: Lasting[] = []
  for (const [index, moment] of moments.entries()) {
    const forMs = (moments[index + 1]?.atMs ?? endMs) - moment.atMs
    if (forMs === 0 && moment.waiting?.reason !== 'Approval') continue
    const next = lastingOf(moment, forMs)
    const last = stretches.at(-1)
    if (last !== undefined && isSamePlace(last, next)) stretches.splice(-1, 1, joined(last, next))
    else stretches.push(next)
  }
  return stretches
}

type Lasting = Stretch & { readonly forMs: number }

function lastingOf({ waiting, renewed: _renewed, asked: _asked, ...moment }: Moment, forMs: number): Lasting {
  const lasting = { ...moment, weights: { ...moment.weights }, forMs } // shared objects become aliases in YAML
  if (waiting === undefined) return lasting
  const { reason, message } = waiting
  return { ...lasting, waiting: { reason, message } }
}

const isSamePlace = (a: Lasting, b: Lasting): boolean =>
  a.phase === b.phase &&
  a.step === b.step &&
  a.stage === b.stage &&
  a.waiting?.reason === b.waiting?.reason &&
  sameJson(a.weights, b.weights)

/** A moment that took no time says nothing of how many pods there were. */
function joined(a: Lasting, b: Lasting): Lasting {
  if (a.forMs === 0) return { ...b, atMs: a.atMs }
  if (b.forMs === 0) return a
  return {
    ...a,
    forMs: a.forMs + b.forMs,
    copy: extremes(a.copy, b.copy),
    workload: extremes(a.workload, b.workload),
    pods: Math.max(a.pods, b.pods),
  }
}

const extremes = (a: PodCount, b: PodCount): PodCount => ({
  ready: Math.min(a.ready, b.ready),
  pods: Math.max(a.pods, b.pods),
})
