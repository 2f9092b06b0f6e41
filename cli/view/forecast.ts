import type { AnalysisUse } from '../../api/analysis.ts'
import { formatDuration } from '../../api/duration.ts'
import type { Gate } from '../../api/rollout.ts'
import type { Forecast, ForetoldStep } from '../foretell.ts'
import { deadlineText, gateText, markSpan, plural } from './marks.ts'
import { dim, span, strong, words } from './spans.ts'
import type { Branch } from './tree.ts'

export interface ForecastOf {
  readonly name: string
  readonly namespace: string
  /** Why the first sentence is not simply "the next update". */
  readonly now: string
}

/** What would happen, as a tree. */
export function forecastTree(
  forecast: Forecast,
  { name, namespace, now }: ForecastOf,
  problems: readonly Branch[],
): Branch {
  const { steps, promotion, background, beforePromotion, peak, notes } = forecast
  return {
    key: 'plan',
    text: words(strong(`${namespace}/${name}`), now),
    children: [
      ...problems,
      { key: 'steps', label: 'steps', text: [], children: steps.map(stepBranch) },
      ...background.map((use) =>
        analysisBranch('analysis', use, 'watches from the first split until the workload is updated'),
      ),
      {
        key: 'promotion',
        label: 'promotion',
        text: [],
        children: promotion.map(({ name: stage, what }) => ({ key: stage, label: stage, text: words(what) })),
      },
      ...beforePromotion.map((use) =>
        analysisBranch('before', use, 'must pass while the copy carries everything, before the workload is updated'),
      ),
      {
        key: 'cost',
        label: 'cost',
        text: words(`at most ${plural(peak.extraPods, 'pod')} above the workload's own,`, peak.when),
      },
      {
        key: 'notes',
        label: 'notes',
        text: [],
        children: notes.map((note) => ({ key: 'note', text: words(span('·', 'accent'), note) })),
      },
    ],
  }
}

/** With what a missing verdict leads to. */
const foretoldText = (gate: Gate): string =>
  gate.kind === 'analysis' && !gate.use.advisory ? `${gateText(gate)} (${limitText(gate.use)})` : gateText(gate)

const limitText = (use: AnalysisUse): string =>
  `without a verdict after ${formatDuration(use.deadlineMs)} it ${deadlineText(use)}`

const analysisBranch = (label: string, use: AnalysisUse, what: string): Branch => ({
  key: label,
  label,
  text: use.advisory
    ? words(strong(use.name), dim('advises, and decides nothing'))
    : words(strong(use.name), `${what};`, dim(limitText(use))),
})

function stepBranch({ number, mark, weight, pods, gates }: ForetoldStep): Branch {
  const gate =
    gates.length === 0 ? 'no gate: goes on when the split is in force' : `then ${gates.map(foretoldText).join(' and ')}`
  return {
    key: `${number}`,
    text: words(markSpan(mark), `${number}`, strong(`${weight} %`), `on ${plural(pods, 'pod')}`, dim(gate)),
  }
}
