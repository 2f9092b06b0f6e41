import { sameJson } from '../../api/json.ts'
import type { Moment, PodCount } from './moments.ts'

/** A while in which it is at one place and waits for one thing. */
export interface Stretch extends Omit<Moment, 'waiting' | 'renewed' | 'asked'> {
  readonly forMs: number
  readonly waiting?: { readonly reason: string; readonly message: string }
  /** The fewest that were ready, and the most that were there. */
  readonly copy: PodCount
  readonly workload: PodCount
  /** The most that there were. */
  readonly pods: number
}

/** What lasts, in order. What is over at once is left out, but for an approval: a person was asked. */
export function stretchesOf(moments: readonly Moment[], endMs: number): readonly Stretch[] {
  const lasting = moments.flatMap((moment, index) => {
    const forMs = (moments[index + 1]?.atMs ?? endMs) - moment.atMs
    return forMs > 0 || isAsked(moment) ? [stretchOf(moment, forMs)] : []
  })
  return lasting.reduce<Stretch[]>((all, next) => {
    const last = all.at(-1)
    if (last !== undefined && isSamePlace(last, next)) all.splice(-1, 1, joined(last, next))
    else all.push(next)
    return all
  }, [])
}

const isAsked = ({ waiting }: Moment): boolean => waiting?.reason === 'Approval'

function stretchOf({ waiting, renewed: _renewed, asked: _asked, ...moment }: Moment, forMs: number): Stretch {
  if (waiting === undefined) return { ...moment, forMs }
  const { reason, message } = waiting
  return { ...moment, forMs, waiting: { reason, message } }
}

const isSamePlace = (a: Stretch, b: Stretch): boolean =>
  a.phase === b.phase &&
  a.step === b.step &&
  a.stage === b.stage &&
  a.waiting?.reason === b.waiting?.reason &&
  sameJson(a.weights, b.weights)

/** A moment that took no time says nothing of how many pods there were. */
function joined(a: Stretch, b: Stretch): Stretch {
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
