import type { Measure, Reading } from '../../analysis/measurement.ts'
import { mayStayEmpty } from '../../analysis/questions.ts'
import type { DefaultPrometheus, Metric } from '../../api/analysis.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { systemClock } from '../../rollout-controller/loop/clock.ts'
import type { AnalysisView, Snapshot } from '../../rollout-controller/snapshot.ts'
import type { Session } from '../session.ts'
import { sightOf } from '../snapshot.ts'
import type { Finding } from '../view/problems.ts'
import { asStable } from './as-stable.ts'
import { storedAnalyses } from './catalogue.ts'
import { askStable } from './looks.ts'
import { measurerFor } from './measurer-for.ts'
import { openStore, type Store } from './store.ts'

/** Asks the real stores whether every query has data for the stable version, before a release depends on it. */
export async function askStores(
  session: Session,
  rollout: KubeObject,
  files: readonly KubeObject[],
  asked: DefaultPrometheus | undefined,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const analyses = [...(await storedAnalyses(session, signal)), ...files].map(asStable)
  const { snapshot } = await sightOf(session, rollout, signal, analyses)
  const store = await openStore(session, asked, signal)
  try {
    return await findingsFrom(snapshot, store, asked !== undefined, measurerFor(session, store), signal)
  } finally {
    await store.close()
  }
}

/** `wanted`: somebody said where to ask, so that no answer is a finding too. */
export async function findingsFrom(
  snapshot: Snapshot,
  { prometheus }: Pick<Store, 'prometheus'>,
  wanted: boolean,
  measure: Measure,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const clock = systemClock
  const metrics = snapshot.analyses.flatMap((view) => view.metrics.map((metric) => ({ view, metric })))
  const askable = metrics.filter(({ metric }) => canBeAsked(metric, prometheus))
  const found = await Promise.all(
    askable.map(async ({ view, metric }) => {
      const { questions, readings } = await askStable(view, snapshot, { measure, clock }, metric, signal)
      return Object.entries(questions).flatMap(([question, query]) =>
        findingOf(view, metric, question, query, readings[question], wanted),
      )
    }),
  )
  return distinct(found.flat())
}

/** What the cluster knows of its pods needs no question beforehand. */
function canBeAsked({ source }: Metric, prometheus: DefaultPrometheus | undefined): boolean {
  if (source.kind === 'prometheus') return source.address !== undefined || prometheus !== undefined
  return source.kind === 'web'
}

function findingOf(
  { use }: AnalysisView,
  { name, condition }: Metric,
  question: string,
  query: string,
  reading: Reading | undefined,
  wanted: boolean,
): readonly Finding[] {
  const of = `analysis ${use.name}, metric ${name}`
  const asked = `${question === 'value' ? 'query' : `query of ${question}`} ${query.replace(/\s+/g, ' ').trim()}`
  if (reading?.kind === 'away') return refused(of, asked, reading.why, wanted)
  return reading?.kind !== 'empty' || mayStayEmpty(condition, question) ? [] : [withoutData(of, asked, reading.what)]
}

const withoutData = (of: string, asked: string, what: string): Finding => ({
  severity: 'warning',
  message: `${of}: there is no data for the stable version (${what}): ${asked}`,
  next: 'correct the query, or wait until there is traffic; a release without data comes to no verdict',
})

/** A query that the store refuses is wrong wherever it is asked from; a store that cannot be reached from here says little. */
function refused(of: string, asked: string, why: string, wanted: boolean): readonly Finding[] {
  if (why.includes('refuses the query'))
    return [{ severity: 'error', message: `${of}: ${why}: ${asked}`, next: 'correct the query' }]
  if (!wanted) return []
  return [{ severity: 'warning', message: `${of}: ${why}`, next: 'see that --prometheus can be reached from here' }]
}

const distinct = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ message }, index) => findings.findIndex((other) => other.message === message) === index)
