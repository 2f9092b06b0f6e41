import type { PodLife } from './pod-life.ts'

/** What a pod shows of itself. */
export type Stage =
  | { readonly kind: 'pending' }
  | { readonly kind: 'no-image' }
  | { readonly kind: 'running'; readonly isReady: boolean; readonly restarts: number }
  | { readonly kind: 'backing-off'; readonly restarts: number }
  | { readonly kind: 'evicted' }

/** A pod on its node, and what has been done to it from outside. */
export interface LivingPod {
  readonly life: PodLife
  /** When it was given its node; on the clock that `stageAt` is asked by. */
  readonly boundMs: number
  /** When it was crashed last, and how often. */
  readonly crashedMs?: number
  readonly crashes: number
  /** What it is made to look like, whatever its life says. */
  readonly forced?: 'ready' | 'unready' | 'evicted'
}

/** The stage of a pod, and when it changes by itself. */
export interface StageNow {
  readonly stage: Stage
  readonly untilMs?: number
}

/** A container that ends at once has run for that long. */
const shortRunMs = 200
const firstBackOffMs = 10_000
const longestBackOffMs = 300_000
/** A container that is started again is not ready before that. */
const restartMs = 1_000

/** Where a pod is in its life. Reads no clock. */
export function stageAt({ life, boundMs, crashedMs, crashes, forced }: LivingPod, nowMs: number): StageNow {
  if (forced === 'evicted') return { stage: { kind: 'evicted' } }
  const startsMs = boundMs + life.startMs
  if (life.fate === 'hangs') return { stage: { kind: 'pending' } }
  if (nowMs < startsMs) return { stage: { kind: 'pending' }, untilMs: startsMs }
  if (life.fate === 'no-image') return { stage: { kind: 'no-image' } }
  if (life.fate === 'crash-loop') return loopAt(startsMs, nowMs)
  const running = (isReady: boolean): Stage => ({ kind: 'running', isReady, restarts: crashes })
  if (forced !== undefined) return { stage: running(forced === 'ready') }
  if (life.fate === 'never-ready') return { stage: running(false) }
  const readyMs = crashedMs === undefined ? startsMs + life.readyMs : crashedMs + Math.max(restartMs, life.readyMs)
  return nowMs < readyMs ? { stage: running(false), untilMs: readyMs } : { stage: running(true) }
}

/** Each wait is twice the one before, up to five minutes, as a real kubelet's. */
function loopAt(startsMs: number, nowMs: number): StageNow {
  let untilMs = startsMs + shortRunMs
  if (nowMs < untilMs) return { stage: { kind: 'running', isReady: false, restarts: 0 }, untilMs }
  let restarts = 0
  while (untilMs <= nowMs) {
    untilMs += Math.min(longestBackOffMs, firstBackOffMs * 2 ** Math.min(restarts, 10))
    restarts += 1
  }
  return { stage: { kind: 'backing-off', restarts }, untilMs }
}
