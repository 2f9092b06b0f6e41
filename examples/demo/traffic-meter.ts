import { type Flow, lossesText } from './flow.ts'
import type { Traffic } from './view/scene.ts'

/** The share is measured over so long: long enough to be steady, short enough to be seen to move. */
const windowMs = 2_000

/** Adds up a flow as it goes, so that hours of it cost no more than minutes. */
export function createTrafficMeter(flow: Flow): (nowMs: number) => Traffic {
  const losses: Record<string, number> = {}
  let [sent, lost, countedMs] = [0, 0, 0]
  return (nowMs) => {
    const since = flow.between(countedMs, nowMs)
    countedMs = nowMs
    sent += since.sent
    lost += since.lost
    for (const [what, count] of Object.entries(since.losses)) losses[what] = (losses[what] ?? 0) + count
    const recent = flow.between(nowMs - windowMs, nowMs)
    return { perSecond: Math.round((recent.sent * 1000) / windowMs), sent, lost, losses: lossesText(losses), recent }
  }
}
