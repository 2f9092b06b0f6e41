import { builtInAnalyses } from '../../analysis/built-in/index.ts'
import { type AnalysisKind, type AnalysisSpec, type BuiltInName, builtInNames } from '../../api/analysis.ts'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import { analysisResource, clusterAnalysisResource } from '../../api/names.ts'
import { parseAnalysis } from '../../api/parse-analysis.ts'
import { KubeError } from '../../kube/errors.ts'
import type { Session } from '../session.ts'

/** An analysis that a Rollout of this namespace may use. */
export interface Entry {
  readonly name: string
  readonly kind: AnalysisKind
  /** For one that comes with Sluice, one line; for others what they measure. */
  readonly what: string
  readonly args: AnalysisSpec['args']
  /** Why it cannot be used as it stands. */
  readonly problems: readonly string[]
}

/** All there are, those of the namespace first. `missing`: what could not be listed, and why. */
export interface Catalogue {
  readonly entries: readonly Entry[]
  readonly missing: readonly string[]
}

export const builtInEntries = (): readonly Entry[] => builtInNames.map(builtInEntry)

function builtInEntry(name: BuiltInName): Entry {
  const { spec, what } = builtInAnalyses[name]
  return { name, kind: 'BuiltIn', what, args: spec.args, problems: [] }
}

export async function catalogueOf(session: Session, signal: AbortSignal): Promise<Catalogue> {
  const own = await stored(session, analysisResource, signal)
  const cluster = await stored(session, clusterAnalysisResource, signal)
  return {
    entries: [...own.objects.map(entryOf), ...cluster.objects.map(entryOf), ...builtInEntries()],
    missing: [...own.missing, ...cluster.missing],
  }
}

/** The Analyses of the namespace and the ClusterAnalyses, as they are stored; those that cannot be listed are left out. */
export async function storedAnalyses(session: Session, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const own = await stored(session, analysisResource, signal)
  const cluster = await stored(session, clusterAnalysisResource, signal)
  return [...own.objects, ...cluster.objects]
}

interface Stored {
  readonly objects: readonly KubeObject[]
  readonly missing: readonly string[]
}

async function stored({ client, namespace }: Session, resource: Resource, signal: AbortSignal): Promise<Stored> {
  try {
    const where = resource.namespaced ? { namespace } : {}
    const { items } = await client.listAll(resource, where, signal)
    return { objects: [...items].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)), missing: [] }
  } catch (error) {
    if (!(error instanceof KubeError) || (error.fault !== 'denied' && error.fault !== 'not-found')) throw error
    const why =
      error.fault === 'denied' ? 'you may not list them' : 'this cluster does not know the kind: sluice install'
    return { objects: [], missing: [`${resource.plural}: ${why}`] }
  }
}

function entryOf(object: KubeObject): Entry {
  const kind = object.kind === clusterAnalysisResource.kind ? 'ClusterAnalysis' : 'Analysis'
  const parsed = parseAnalysis(object)
  const { name } = object.metadata
  if (parsed.kind === 'ok') return { name, kind, what: whatOf(parsed.spec), args: parsed.spec.args, problems: [] }
  const problems = parsed.problems.map(({ path, message }) => `${path} ${message}`)
  return { name, kind, what: problems[0] ?? '', args: [], problems }
}

/** `success-rate, latency from prometheus`. */
function whatOf({ metrics }: AnalysisSpec): string {
  const sources = [...new Set(metrics.map(({ source }) => source.kind))]
  return `${metrics.map(({ name }) => name).join(', ')} from ${sources.join(' and ')}`
}
