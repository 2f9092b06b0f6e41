import { formatDuration } from '../../api/duration.ts'
import type { PodCount } from '../simulate/moments.ts'
import type { Simulation } from '../simulate/simulation.ts'
import type { Stretch } from '../simulate/stretches.ts'
import { wrappedTable } from './simulation-table.ts'
import { dim, type Line, type Span, span, words } from './spans.ts'

/** A terminal that is narrower does without the column that follows from the others. */
const wideColumns = 72

/** A row for each while in which it waits for one thing, and one for the end. */
export function timelineLines(
  { timeline, assumptions, ending, totalMs }: Simulation,
  columns: number,
): readonly Line[] {
  const isWide = columns >= wideColumns
  const place = ['TO COPY', 'COPY', 'WORKLOAD', 'WAITS FOR']
  const header = ['AT', ...(isWide ? ['FOR'] : []), 'STEP', ...place]
  const rows = timeline.map((stretch) => {
    const [at, forHowLong, ...rest] = rowOf(stretch, assumptions.approveAfterMs)
    return [at ?? [], ...(isWide ? [forHowLong ?? []] : []), ...rest]
  })
  if (ending.kind === 'waits') return wrappedTable(header, rows, columns)
  const last = ending.kind === 'promoted' ? span('promoted', 'good') : span('rolled back', 'bad')
  return wrappedTable(header, [...rows, [words(timeOf(totalMs)), ...(isWide ? [[]] : []), [last]]], columns)
}

const timeOf = (ms: number): string => formatDuration(Math.round(ms / 1000) * 1000)

function rowOf(stretch: Stretch, approveAfterMs: number): readonly Line[] {
  const { atMs, forMs, weights, copy, workload } = stretch
  return [
    words(timeOf(atMs)),
    [dim(forMs === undefined ? 'for ever' : timeOf(forMs))],
    words(placeOf(stretch)),
    words(`${[...new Set(Object.values(weights))].join('/')} %`),
    [podsSpan(copy)],
    [podsSpan(workload)],
    words(waitSpan(stretch, approveAfterMs)),
  ]
}

function placeOf({ phase, stage, step }: Stretch): string {
  if (phase !== 'Progressing') return phase === 'Promoting' ? (stage ?? phase) : phase
  return `step ${step}`
}

const podsSpan = ({ ready, pods }: PodCount): Span => (pods === 0 ? dim('-') : span(`${ready}/${pods}`))

/** What the Rollout's own message says, as short as a table wants it; the message itself is in the heading. */
function waitSpan({ waiting, phase, stage }: Stretch, approveAfterMs: number): Span {
  if (waiting === undefined) return dim('')
  switch (waiting.reason) {
    case 'PodsNotReady':
      return span('pods to be ready')
    case 'Approval':
      return span(
        `approval (assumed ${approveAfterMs === 0 ? 'at once' : `after ${formatDuration(approveAfterMs)}`})`,
        'accent',
      )
    case 'Pause':
      return span('the end of the pause', 'accent')
    case 'Analysis':
      return span(waiting.what ?? 'an analysis', 'accent')
    case 'Draining':
      return span(`the last requests of the ${phase === 'Promoting' && stage === 'Draining' ? 'old pods' : 'copy'}`)
    case 'WorkloadRolling':
      return span('the workload to roll, with no request on it')
    default:
      return span(waiting.reason, 'warn')
  }
}
