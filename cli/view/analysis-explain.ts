import type { AnalysisRun } from '../../api/analysis-run.ts'
import { formatDuration } from '../../api/duration.ts'
import type { RolloutStatus, Waiting } from '../../api/status.ts'
import { decidingRuns, isAtWork, useOf } from '../analyses-at-work.ts'
import type { Look } from '../look.ts'
import { verdictMark } from './analysis.ts'
import { evidenceBranches } from './analysis-evidence.ts'
import { countText } from './analysis-figures.ts'
import { deadlineText, timeText } from './marks.ts'
import { dim, span, strong, words } from './spans.ts'
import type { Branch } from './tree.ts'

/** What the verdict rests on that ends the release under way. */
export function endingEvidence({ ending, release }: RolloutStatus, now: number): readonly Branch[] {
  return ending?.cause === 'analysis' ? evidenceBranches(decidingRuns(release?.analyses ?? [], ending.by), now) : []
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

function lackingIn({ analysis, metrics }: AnalysisRun): readonly Branch[] {
  return metrics
    .filter(({ verdict }) => verdict === 'inconclusive')
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
