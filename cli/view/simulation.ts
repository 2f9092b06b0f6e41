import { formatDuration } from '../../api/duration.ts'
import type { Simulation } from '../simulate/simulation.ts'
import { plural } from './marks.ts'
import { outcomeRow } from './simulation-outcome.ts'
import { wrappedTable } from './simulation-table.ts'
import { timelineLines } from './simulation-timeline.ts'
import { dim, type Line, type Span, span, strong, words, wrap } from './spans.ts'

/** What would happen, as two tables: the release as it should go, and what if it does not. */
export function simulationLines(simulation: Simulation, columns: number): readonly Line[] {
  const { whatIf } = simulation
  const heading = [titleOf(simulation), ...problemOf(simulation), costOf(simulation)]
  return [
    ...heading.flatMap((line) => wrap(line, columns)),
    [],
    ...timelineLines(simulation, columns),
    [],
    ...(whatIf.length === 0 ? [] : [...wrappedTable(['STEP', 'IF', 'THEN'], whatIf.map(outcomeRow), columns), []]),
    ...notesOf(simulation).flatMap((note) => wrap([dim(note)], columns)),
  ]
}

function titleOf({ rollout: { namespace, name }, ending, totalMs }: Simulation): Line {
  const said = (what: Span): Line => words(strong(`${namespace}/${name}`), 'the next update, simulated:', what)
  switch (ending.kind) {
    case 'promoted':
      return said(span(`promoted after ${formatDuration(totalMs)}`, 'good'))
    case 'rolled-back':
      return said(span(`rolled back after ${formatDuration(totalMs)}`, 'bad'))
    case 'waits':
      return said(span('never promoted', 'bad'))
    default:
      return ending satisfies never
  }
}

function problemOf({ ending, unanswered }: Simulation): readonly Line[] {
  const lost =
    unanswered === undefined
      ? []
      : [
          [
            span(
              `${unanswered.percent} % of the requests find no ready pod for ${formatDuration(unanswered.forMs)}`,
              'bad',
            ),
          ],
        ]
  if (ending.kind === 'promoted') return lost
  if (ending.kind === 'rolled-back') return [...lost, [span(ending.because, 'bad')]]
  return [...lost, [span(ending.waiting.message, 'bad')], words('→', ending.waiting.next)]
}

function costOf({ peak: { pods, extraPods, atMs } }: Simulation): Line {
  return words(
    `at most ${plural(pods, 'pod')}, ${extraPods} above the workload's own, ${formatDuration(atMs)} after it begins`,
  )
}

function notesOf({ assumptions: { pods, approveAfterMs, objects } }: Simulation): readonly string[] {
  const approval = approveAfterMs === 0 ? 'comes at once' : `comes after ${formatDuration(approveAfterMs)}`
  return [
    `Pods as ready/there: the fewest and the most. A crash is taken at its worst: all pods of the new version at once, with the step's whole share on them.`,
    `Pods are ready after ${formatDuration(pods.readyAfterMs)} (${pods.because}); each approval ${approval} (--approve-after says otherwise); the gateway follows at once.`,
    ...objects.map((sentence) => `${sentence}.`),
  ]
}
