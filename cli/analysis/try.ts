import { combine } from '../../analysis/verdict.ts'
import type { AnalysisKind, AnalysisUse } from '../../api/analysis.ts'
import type { Verdict } from '../../api/analysis-run.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { analysisResource, clusterAnalysisResource } from '../../api/names.ts'
import { parseRollout } from '../../api/parse.ts'
import { isBuiltIn } from '../../api/parse-use.ts'
import { isFault } from '../../kube/errors.ts'
import type { AnalysisView, Snapshot } from '../../rollout-controller/snapshot.ts'
import { CliError } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Session } from '../session.ts'
import { sightOf } from '../snapshot.ts'
import { asStable } from './as-stable.ts'
import { storedAnalyses } from './catalogue.ts'
import { type LookDeps, splitSince, type TriedMetric, tryMetrics } from './looks.ts'
import { type TryWish, triedRollout, wishedUse } from './tried-rollout.ts'

/** What an analysis says of a Rollout now. */
export interface Trial {
  readonly rollout: { readonly name: string; readonly namespace: string }
  readonly use: AnalysisUse
  /** Absent: no release sends traffic to a canary, so there is nothing to judge. */
  readonly verdict?: Verdict
  readonly why: string
  readonly metrics: readonly TriedMetric[]
}

/** Renders it as the controller would, asks the stores, and judges what came back. */
export async function tryAnalysis(
  session: Session,
  rollout: KubeObject,
  wish: TryWish,
  deps: LookDeps,
  signal: AbortSignal,
): Promise<Trial> {
  const parsed = parseRollout(rollout)
  const use = await withKind(session, wishedUse(wish, parsed.kind === 'ok' ? parsed.spec : undefined), signal)
  const tried = triedRollout(rollout, use)
  const seen = (await sightOf(session, tried, signal)).snapshot
  const hasCanary = splitSince(seen) !== undefined
  const view = viewIn(seen, use.name)
  const asked = hasCanary ? { view, snapshot: seen } : await ofStable(session, tried, use.name, signal)
  const metrics = await tryMetrics(asked.view, asked.snapshot, deps, signal)
  const { name } = rollout.metadata
  return { rollout: { name, namespace: session.namespace }, use: view.use, metrics, ...outcomeOf(metrics, hasCanary) }
}

/** The same analysis with every question about the canary put about stable. */
async function ofStable(session: Session, tried: KubeObject, name: string, signal: AbortSignal) {
  const turned = (await storedAnalyses(session, signal)).map(asStable)
  const { snapshot } = await sightOf(session, tried, signal, turned)
  return { view: viewIn(snapshot, name), snapshot }
}

function outcomeOf(metrics: readonly TriedMetric[], hasCanary: boolean): Pick<Trial, 'verdict' | 'why'> {
  if (hasCanary) return combine(metrics.flatMap(({ run }) => run ?? []))
  return {
    why: 'no release sends traffic to a canary: only the stable version is asked about, and there is no verdict',
  }
}

/** The one analysis that this Rollout was made to use. */
function viewIn(snapshot: Snapshot, name: string): AnalysisView {
  const view = snapshot.analyses.find(({ id }) => id === `background/${name}`)
  if (view === undefined) throw whyNot(snapshot)
  return view
}

/** Where it would stand in the spec is of no interest: it does not stand there. */
function whyNot({ problems, rollout: { meta, spec } }: Snapshot): CliError {
  if (spec === undefined)
    return new CliError(
      exitCodes.failed,
      `The spec of ${meta.name} has problems; see them with: sluice lint ${meta.name}`,
    )
  const { message = '' } = problems.find(({ reason }) => reason === 'AnalysisInvalid') ?? {}
  const [, missing] = / names (.+), which does not exist$/.exec(message) ?? []
  if (missing !== undefined)
    return new CliError(
      exitCodes.notFound,
      `There is no ${missing}: sluice analysis list -n ${meta.namespace} shows those there are`,
    )
  return new CliError(exitCodes.failed, message.replace(/^.*?\.analysis\[0\]: /, ''))
}

/** Said, or known by name, or what is stored under it: the namespace's own first. */
async function withKind(session: Session, wish: TryWish, signal: AbortSignal): Promise<TryWish> {
  if (wish.kind !== undefined || isBuiltIn(wish.name)) return wish
  const kind: AnalysisKind = (await isOnlyOfCluster(session, wish.name, signal)) ? 'ClusterAnalysis' : 'Analysis'
  return { ...wish, kind }
}

/** There is a ClusterAnalysis of this name, and no Analysis in the namespace. */
async function isOnlyOfCluster({ client, namespace }: Session, name: string, signal: AbortSignal): Promise<boolean> {
  const exists = async (found: Promise<unknown>): Promise<boolean> =>
    found.then(
      () => true,
      (error: unknown) => {
        if (isFault(error, 'not-found') || isFault(error, 'denied')) return false
        throw error
      },
    )
  if (await exists(client.get(analysisResource, { namespace, name }, signal))) return false
  return exists(client.get(clusterAnalysisResource, { name }, signal))
}
