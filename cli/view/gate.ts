import { deadlineOf } from '../../analysis/deadline.ts'
import type { AnalysisUse } from '../../api/analysis.ts'
import { type AnalysisRun, runIdOf } from '../../api/analysis-run.ts'
import type { Gate } from '../../api/rollout.ts'
import type { Release } from '../../api/status.ts'
import { verdictMark } from './analysis.ts'
import { ageText, deadlineText, untilText, useText } from './marks.ts'
import { dim, type Line, span, words } from './spans.ts'
import type { Branch } from './tree.ts'

/** A gate of the step under way: what it waits for and until when. */
export const gateBranch = (gate: Gate, release: Release, now: number): Branch => ({
  key: gate.kind,
  text: gateLine(gate, release, now),
})

function gateLine(gate: Gate, release: Release, now: number): Line {
  switch (gate.kind) {
    case 'approval':
      return approvalLine(gate.timeoutMs, release, now)
    case 'pause':
      return pauseLine(gate.durationMs, release, now)
    case 'analysis':
      return analysisLine(gate.use, release, now)
    default:
      return gate satisfies never
  }
}

function approvalLine(timeoutMs: number | undefined, release: Release, now: number): Line {
  if (release.approvedBy !== undefined) return words(span('✔', 'good'), `approved by ${release.approvedBy}`)
  if (release.gatesOpenedAt === undefined) return words(dim('○ approval, once the batch is out'))
  const limit = timeoutMs === undefined ? 'no deadline' : untilText(after(release.gatesOpenedAt, timeoutMs), now)
  return words(
    span('▶', 'accent'),
    'approval',
    dim(`waits for a person since ${ageText(now - Date.parse(release.gatesOpenedAt))}, ${limit}`),
  )
}

function pauseLine(durationMs: number, release: Release, now: number): Line {
  if (release.gatesOpenedAt === undefined) return words(dim('○ pause, once the batch is out'))
  const until = after(release.gatesOpenedAt, durationMs)
  if (Date.parse(until) <= now) return words(span('✔', 'good'), 'pause is over')
  return words(span('▶', 'accent'), 'pause', dim(untilText(until, now)))
}

/** Its figures are below, with those of the other analyses. */
function analysisLine(use: AnalysisUse, release: Release, now: number): Line {
  if (release.gatesOpenedAt === undefined) return words(dim(`○ ${useText(use)}, once the batch is out`))
  const run = release.analyses?.find(({ id }) => id === runIdOf('step', use.name, release.step))
  if (run !== undefined && run.verdict !== 'inconclusive')
    return words(verdictMark(run.verdict), useText(use), run.verdict)
  if (use.advisory) return words(span('▶', 'accent'), useText(use), dim('decides nothing'))
  const until = untilWhen(use, release.gatesOpenedAt, release, run)
  const standsStill = release.paused !== undefined || isAway(run)
  if (run?.acceptedBy !== undefined || (!standsStill && Date.parse(until) <= now))
    return overdueLine(use, run?.acceptedBy)
  const limit = standsStill
    ? `its deadline stands still; without a verdict by then it ${deadlineText(use)}`
    : `${untilText(until, now)}; then, without a verdict, it ${deadlineText(use)}`
  return words(span('▶', 'accent'), useText(use), dim(limit))
}

function untilWhen(use: AnalysisUse, openedAt: string, release: Release, run: AnalysisRun | undefined): string {
  const { awayMs = 0, startedAt = openedAt } = run ?? {}
  const { pausedMs = 0 } = release
  const held = { openedAtMs: Date.parse(openedAt), startedAtMs: Date.parse(startedAt), awayMs, pausedMs }
  return new Date(deadlineOf(use, held)).toISOString()
}

/** Its store does not answer at present. */
const isAway = (run: AnalysisRun | undefined): boolean => run?.metrics.some(({ away }) => away === true) === true

function overdueLine(use: AnalysisUse, acceptedBy: string | undefined): Line {
  const what = acceptedBy === undefined ? `: ${deadlineText(use)}` : `, accepted by ${acceptedBy}`
  return words(verdictMark('inconclusive'), useText(use), span(`no verdict in time${what}`, 'warn'))
}

const after = (time: string, ms: number): string => new Date(Date.parse(time) + ms).toISOString()
