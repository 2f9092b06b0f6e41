import type { Forecast, ForetoldStep } from '../foretell.ts'
import { gateText, markSpan, plural } from './marks.ts'
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
  const { steps, promotion, peak, notes } = forecast
  return {
    key: 'plan',
    text: words(strong(`${namespace}/${name}`), now),
    children: [
      ...problems,
      { key: 'steps', label: 'steps', text: [], children: steps.map(stepBranch) },
      {
        key: 'promotion',
        label: 'promotion',
        text: [],
        children: promotion.map(({ name: stage, what }) => ({ key: stage, label: stage, text: words(what) })),
      },
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

function stepBranch({ number, mark, weight, pods, gates }: ForetoldStep): Branch {
  const gate =
    gates.length === 0 ? 'no gate: goes on when the split is in force' : `then ${gates.map(gateText).join(' and ')}`
  return {
    key: `${number}`,
    text: words(markSpan(mark), `${number}`, strong(`${weight} %`), `on ${plural(pods, 'pod')}`, dim(gate)),
  }
}
