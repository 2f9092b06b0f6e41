import type { Ending, Run, WhatIf } from './course.ts'
import type { Moment } from './moments.ts'

/** What becomes of a release in which something goes wrong. Times count from then. */
export interface Outcome {
  readonly if: WhatIf['kind']
  readonly at: WhatIf['at']
  readonly ending: Ending
  /** When that is decided, by whom or what ever; absent when it is not. */
  readonly rollsBackMs?: number
  /** When no request reaches the new version any more; absent when that does not come. */
  readonly trafficBackMs?: number
  /** When the release is over, and nothing is left of it; absent when that does not come. */
  readonly overMs?: number
  /** The share of the new version as it went wrong, in percent, the highest of all routes. */
  readonly share: number
  readonly unanswered?: Unanswered
}

/** Requests that find no ready pod: the highest share of all, in percent, and for how long there are such. */
export interface Unanswered {
  readonly percent: number
  readonly forMs: number
}

/** Undefined when the release ended before it could go wrong there. */
export function outcomeOf({ kind, at }: WhatIf, run: Run): Outcome | undefined {
  const { moments, endMs, ending, struckAt } = run
  const struck = struckAt === undefined ? undefined : moments[struckAt]
  if (struck === undefined) return undefined
  const after = moments.slice(struckAt)
  const unanswered = unansweredIn(after, endMs)
  const isOver = ending.kind !== 'waits'
  const rollsBack = after.find(({ phase }) => phase === 'RollingBack' || phase === 'Restoring')
  return {
    if: kind,
    at,
    ending,
    ...(rollsBack === undefined ? {} : { rollsBackMs: rollsBack.atMs - struck.atMs }),
    ...(isOver ? { trafficBackMs: backAtMs(after) - struck.atMs, overMs: endMs - struck.atMs } : {}),
    share: shareOf(struck),
    ...(unanswered === undefined ? {} : { unanswered }),
  }
}

/** Nothing may be sent to a version that is turned down, so the last moment with a share is the end of it. */
function backAtMs(moments: readonly Moment[]): number {
  const last = moments.findLastIndex((moment) => shareOf(moment) > 0)
  return (moments[last + 1] ?? moments.at(-1))?.atMs ?? 0
}

export function unansweredIn(moments: readonly Moment[], endMs: number): Unanswered | undefined {
  const lost = moments.flatMap((moment, index) => {
    const forMs = (moments[index + 1]?.atMs ?? endMs) - moment.atMs
    const percent = lostIn(moment)
    return forMs > 0 && percent > 0 ? [{ percent, forMs }] : []
  })
  if (lost.length === 0) return undefined
  return {
    percent: Math.max(...lost.map(({ percent }) => percent)),
    forMs: lost.reduce((sum, { forMs }) => sum + forMs, 0),
  }
}

function lostIn(moment: Moment): number {
  const share = shareOf(moment)
  return (moment.copy.ready === 0 ? share : 0) + (moment.workload.ready === 0 ? 100 - share : 0)
}

export const shareOf = ({ weights }: Pick<Moment, 'weights'>): number => Math.max(0, ...Object.values(weights))
