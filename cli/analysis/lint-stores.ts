import type { Measure, Reading } from '../../analysis/measurement.ts'
import { mayStayEmpty } from '../../analysis/questions.ts'
import type { DefaultPrometheus, Metric, MetricSource } from '../../api/analysis.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { serviceAccountName, systemNamespace } from '../../api/names.ts'
import { systemClock } from '../../rollout-controller/loop/clock.ts'
import type { AnalysisView, Snapshot } from '../../rollout-controller/snapshot.ts'
import type { Session } from '../session.ts'
import { sightOf } from '../snapshot.ts'
import type { Finding } from '../view/problems.ts'
import { asStable } from './as-stable.ts'
import { storedAnalyses } from './catalogue.ts'
import { askStable } from './looks.ts'
import { asksDefault, measurerFor, nobodyToAsk } from './measurer-for.ts'
import { openStore, type Store } from './store.ts'
import { type Trouble, troubleIn } from './why-away.ts'

/** What the stores say, and of which analyses nobody could be asked. */
export interface Asked {
  readonly findings: readonly Finding[]
  /** One line; absent where every question had somebody to ask. */
  readonly note?: string
}

/** Asks the real stores whether every query has data for the stable version, before a release depends on it. */
export async function askStores(
  session: Session,
  rollout: KubeObject,
  files: readonly KubeObject[],
  asked: DefaultPrometheus | undefined,
  signal: AbortSignal,
): Promise<Asked> {
  const analyses = [...(await storedAnalyses(session, signal)), ...files].map(asStable)
  const { snapshot } = await sightOf(session, rollout, signal, analyses)
  const store = await openStore(session, asked, signal)
  try {
    const findings = await findingsFrom(snapshot, store, asked !== undefined, measurerFor(session, store), signal)
    const note = notAsked(snapshot, store)
    return { findings, ...(note === undefined ? {} : { note }) }
  } finally {
    await store.close()
  }
}

function notAsked({ analyses }: Snapshot, store: Store): string | undefined {
  if (store.prometheus !== undefined) return undefined
  const of = analyses.filter(({ metrics }) => metrics.some(({ source }) => asksDefault(source)))
  const names = [...new Set(of.map(({ use }) => use.name))].join(', ')
  if (names === '') return undefined
  const why = store.controllerSeen ? ` (${nobodyToAsk(store).replace(/: .*/, '')})` : ''
  return `the queries of ${names} were not asked${why}: add --prometheus URL`
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
const canBeAsked = ({ source }: Metric, prometheus: DefaultPrometheus | undefined): boolean =>
  source.kind !== 'kubernetes' && (!asksDefault(source) || prometheus !== undefined)

function findingOf(
  { use }: AnalysisView,
  { name, source, condition }: Metric,
  question: string,
  query: string,
  reading: Reading | undefined,
  wanted: boolean,
): readonly Finding[] {
  const of = `analysis ${use.name}, metric ${name}`
  const asked = `${question === 'value' ? 'query' : `query of ${question}`} ${query.replace(/\s+/g, ' ').trim()}`
  if (reading?.kind === 'away') return unansweredFinding(of, asked, reading.why, source, wanted)
  return reading?.kind !== 'empty' || mayStayEmpty(condition, question) ? [] : [withoutData(of, asked, reading.what)]
}

const withoutData = (of: string, asked: string, what: string): Finding => ({
  severity: 'warning',
  message: `${of}: there is no data for the stable version (${what}): ${asked}`,
  next: 'correct the query, or wait until there is traffic; a release without data comes to no verdict',
})

/** What somebody wrote is wrong wherever it is asked from; that a store is not reached from here says little. */
function unansweredFinding(
  of: string,
  asked: string,
  why: string,
  source: MetricSource,
  wanted: boolean,
): readonly Finding[] {
  const trouble = troubleIn(why)
  if (trouble === 'store') return asksDefault(source) && !wanted ? [] : [notReached(of, why, source)]
  const message = trouble === 'query' ? `${of}: ${why}: ${asked}` : `${of}: ${why}`
  return [{ severity: 'error', message, next: nextFor[trouble](why) }]
}

const nextFor: Readonly<Record<Exclude<Trouble, 'store'>, (why: string) => string>> = {
  query: () => 'correct the query',
  address: (why) => {
    const [, host = 'HOST'] = /^an Analysis may not ask (.+?): /.exec(why) ?? []
    return `start the controller with --allow-metrics-address ${host}, or make it a ClusterAnalysis`
  },
  secret: (why) => {
    const [, path = '?'] = /Secret ([^\s;:]+)/.exec(why) ?? []
    const [name, namespace] = path.split('/').toReversed()
    const role = `a Role${namespace === undefined ? '' : ` in ${namespace}`} with get on secrets, resourceNames [${name}]`
    return `make Secret ${path} with its keys, and let ServiceAccount ${systemNamespace}/${serviceAccountName} read it: ${role}`
  },
}

const notReached = (of: string, why: string, source: MetricSource): Finding => ({
  severity: 'warning',
  message: `${of}: ${why}`,
  next: asksDefault(source)
    ? 'see that --prometheus can be reached from here'
    : 'see that the address of the metric is right; the controller may reach what cannot be reached from here',
})

const distinct = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ message }, index) => findings.findIndex((other) => other.message === message) === index)
