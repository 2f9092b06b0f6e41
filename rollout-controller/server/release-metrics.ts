import { Counter, Histogram, type Registry } from 'prom-client'
import { analysisScopes, verdicts } from '../../api/analysis-run.ts'
import { verbs } from '../../api/decision.ts'
import { endingCauses } from '../../api/parse-status.ts'
import { transitions } from '../planner/transitions.ts'
import { bounded, kinds } from './bounded.ts'
import { type Counted, releaseOutcomes } from './counted.ts'

/** What happened to releases. */
export interface ReleaseMetrics {
  /** What one record of a Rollout adds. */
  recorded(counted: Counted): void
  /** A transition between states of a Rollout, by name. */
  moved(transition: string): void
  /** An update that rolled without having been held. */
  slipped(): void
  /** A watch or a write that failed, by what was tried. */
  failed(where: string): void
}

/** From a step without a gate to a release that waits over a long weekend. */
const seconds = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400, 345_600]

/** `unknown`: it began and ended within one record. */
export const causes: readonly string[] = [...endingCauses, 'unknown']
const outcomes = ['Accepted', 'Refused'] as const

export function releaseMetrics(registry: Registry): ReleaseMetrics {
  const ends = [releases(registry), rollbacks(registry), steps(registry)]
  const judged = [analysisVerdicts(registry), decisions(registry), bypasses(registry)]
  return {
    recorded(counted) {
      for (const add of [...ends, ...judged]) add(counted)
    },
    ...transitionCounters(registry),
    ...failures(registry),
  }
}

type Add = (counted: Counted) => void

function releases(registry: Registry): Add {
  const histogram = new Histogram({
    name: 'sluice_release_seconds',
    help: 'Duration of releases that are over, from the first look at the new revision until nothing of ours is left.',
    labelNames: ['outcome'],
    buckets: seconds,
    registers: [registry],
  })
  for (const outcome of releaseOutcomes) histogram.zero({ outcome })
  const outcomeOf = bounded(releaseOutcomes)
  return ({ releases: over }) => {
    for (const { outcome, ms } of over) histogram.observe({ outcome: outcomeOf(outcome) }, ms / 1000)
  }
}

function rollbacks(registry: Registry): Add {
  const help = 'Releases that were turned back, and updates that were taken back, by cause; counted when it begins.'
  const counter = counterOf(registry, 'sluice_rollbacks_total', help, ['cause'])
  for (const cause of causes) counter.inc({ cause }, 0)
  const causeOf = bounded(causes)
  return ({ rollbacks: begun }) => {
    for (const cause of begun) counter.inc({ cause: causeOf(cause) })
  }
}

function steps(registry: Registry): Add {
  const histogram = new Histogram({
    name: 'sluice_step_seconds',
    help: 'Duration of steps that passed, from their start or their last resume.',
    buckets: seconds,
    registers: [registry],
  })
  return ({ steps: passed }) => {
    for (const ms of passed) histogram.observe(ms / 1000)
  }
}

function analysisVerdicts(registry: Registry): Add {
  const help = 'Verdicts that analyses came to; inconclusive where one was withdrawn or never reached.'
  const counter = counterOf(registry, 'sluice_analysis_verdicts_total', help, ['scope', 'verdict'])
  for (const scope of analysisScopes) for (const verdict of verdicts) counter.inc({ scope, verdict }, 0)
  const scopeOf = bounded(analysisScopes)
  const verdictOf = bounded(verdicts)
  return ({ verdicts: reached }) => {
    for (const { scope, verdict } of reached) counter.inc({ scope: scopeOf(scope), verdict: verdictOf(verdict) })
  }
}

function decisions(registry: Registry): Add {
  const counter = counterOf(registry, 'sluice_decisions_total', 'Decisions of people that were taken or refused.', [
    'verb',
    'outcome',
  ])
  for (const verb of verbs) for (const outcome of outcomes) counter.inc({ verb, outcome }, 0)
  const verbOf = bounded(verbs)
  const outcomeOf = bounded(outcomes)
  return ({ decisions: taken }) => {
    for (const { verb, outcome } of taken) counter.inc({ verb: verbOf(verb), outcome: outcomeOf(outcome) })
  }
}

function bypasses(registry: Registry): Add {
  const counter = counterOf(registry, 'sluice_bypasses_total', 'Workloads that were let around Sluice.', [])
  return ({ bypasses: begun }) => counter.inc(begun)
}

function transitionCounters(registry: Registry): Pick<ReleaseMetrics, 'moved' | 'slipped'> {
  const names = Object.keys(transitions)
  const help = 'Transitions of Rollouts from state to state.'
  const taken = counterOf(registry, 'sluice_transitions_total', help, ['transition'])
  for (const transition of names) taken.inc({ transition }, 0)
  const slipHelp = 'Updates that began to roll without having been held.'
  const slips = counterOf(registry, 'sluice_slips_total', slipHelp, [])
  const nameOf = bounded(names)
  return { moved: (transition) => taken.inc({ transition: nameOf(transition) }), slipped: () => slips.inc() }
}

function failures(registry: Registry): Pick<ReleaseMetrics, 'failed'> {
  const help = 'Watches and reconciles that failed and are tried again.'
  const counter = counterOf(registry, 'sluice_failures_total', help, ['where'])
  const whereOf = bounded(['reconcile', ...kinds.map((kind) => `watch ${kind}`)])
  return { failed: (where) => counter.inc({ where: whereOf(where) }) }
}

function counterOf<L extends string>(registry: Registry, name: string, help: string, labelNames: L[]): Counter<L> {
  return new Counter({ name, help, labelNames, registers: [registry] })
}
