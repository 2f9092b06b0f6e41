import type { AnalysisRun } from '../../api/analysis-run.ts'
import { formatDuration } from '../../api/duration.ts'
import type { RolloutStatus, Waiting } from '../../api/status.ts'
import { analysesOf, decidingRuns, isAtWork, useOf } from '../analyses-at-work.ts'
import type { Look } from '../look.ts'
import { placeText, verdictMark, verdictSpan } from './analysis.ts'
import { evidenceBranches } from './analysis-evidence.ts'
import { countText } from './analysis-figures.ts'
import { runWhyText, whyText } from './analysis-told.ts'
import { deadlineText, timeText } from './marks.ts'
import { dim, type Line, span, strong, words } from './spans.ts'
import type { Branch } from './tree.ts'

/** What the verdict rests on that ends the release under way. */
export function endingEvidence(status: RolloutStatus, now: number): readonly Branch[] {
  const { ending } = status
  return ending?.cause === 'analysis' ? evidenceBranches(decidingRuns(analysesOf(status), ending.by), now) : []
}

/** The same of a version that was turned down, as long as it is remembered. */
export function rejectedEvidence({ rejected }: RolloutStatus, now: number): readonly Branch[] {
  return rejected === undefined ? [] : evidenceBranches(decidingRuns(rejected.analyses ?? [], rejected.by), now)
}

const waitsOnAnalysis = ({ reason }: Waiting): boolean => reason.startsWith('Analysis')

/** What the analyses that are waited for still lack, and what happens without it. */
export function lackingBranches(look: Look, now: number): readonly Branch[] {
  const { status } = look
  if (status?.waiting === undefined || !waitsOnAnalysis(status.waiting)) return []
  const open = (status.release?.analyses ?? []).filter(
    (run) => isAtWork(run, status) && !run.advisory && run.verdict === 'inconclusive',
  )
  return open.flatMap((run) => [...lackingIn(run), ...deadlineOf(look, run, now)])
}

/** What is measured and has no say in the wait: advisory analyses; where a person is asked, all that are at work. */
export function adviceBranches(status: RolloutStatus): readonly Branch[] {
  const isAsked = status.waiting?.reason === 'Approval'
  const runs = runsAtWork(status).filter(({ advisory }) => isAsked || advisory)
  return runs.map((run) => ({ key: 'analysis', label: 'analysis', text: runText(run) }))
}

/** `? analysis hint step 2 (advice): inconclusive: 340 requests do not tell yet`, a line for each analysis at work. */
export const approvedLines = (status: RolloutStatus): readonly Line[] =>
  runsAtWork(status).map((run) => runText(run, 'analysis'))

const runsAtWork = (status: RolloutStatus): readonly AnalysisRun[] =>
  (status.release?.analyses ?? []).filter((run) => isAtWork(run, status))

const runText = (run: AnalysisRun, noun = ''): Line =>
  words(
    verdictMark(run.verdict),
    noun,
    strong(run.analysis),
    dim(`${placeText(run)}${run.advisory ? ' (advice, decides nothing)' : ''}:`),
    verdictSpan(run.verdict),
    dim('-'),
    runWhyText(run),
  )

function lackingIn({ analysis, metrics }: AnalysisRun): readonly Branch[] {
  return metrics
    .filter(({ verdict }) => verdict === 'inconclusive')
    .map((metric) => ({ ...metric, why: whyText(metric) }))
    .map(({ name, why, figures: { needed } }) => ({
      key: 'lacks',
      label: 'lacks',
      text: words(
        verdictMark('inconclusive'),
        strong(name),
        dim(`of ${analysis}:`),
        why,
        needed === undefined || needed <= 0
          ? undefined
          : span(`(about ${countText(Math.ceil(needed))} more requests)`, 'warn'),
      ),
    }))
}

function deadlineOf({ spec, status }: Look, run: AnalysisRun, now: number): readonly Branch[] {
  const use = useOf(run, spec, status?.release)
  const { reason, until } = status?.waiting ?? {}
  if (use === undefined || reason === 'AnalysisInconclusive') return []
  const within =
    reason === 'AnalysisAway' ? 'at its deadline, which stands still,' : `after ${formatDuration(use.deadlineMs)}`
  const limit = until === undefined ? within : `by ${timeText(until, now)}`
  return [
    {
      key: 'deadline',
      label: 'deadline',
      text: words(`without a verdict of ${run.analysis} ${limit} it ${deadlineText(use)}`),
    },
  ]
}
