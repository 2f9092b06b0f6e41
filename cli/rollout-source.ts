import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { parseAllDocuments } from 'yaml'
import { isRecord } from '../api/json.ts'
import type { KubeObject } from '../api/kube-object.ts'
import { analysisResource, apiVersion, clusterAnalysisResource, rolloutResource } from '../api/names.ts'
import { isKubeObject } from '../kube/json.ts'
import { CliError } from './errors.ts'
import { exitCodes } from './exit-codes.ts'
import type { Session } from './session.ts'

/** What a command is about: Rollouts, and what lies beside them in the files. */
export interface Given {
  readonly rollouts: readonly KubeObject[]
  /** Analyses that count as if they were in the cluster. */
  readonly analyses: readonly KubeObject[]
}

/** A Rollout of the cluster by its name, or those of files (`-`: standard input), one of the two. */
export async function givenFrom(
  session: Session,
  name: string | undefined,
  files: readonly string[],
  signal: AbortSignal,
): Promise<Given> {
  if ((name === undefined) === (files.length === 0)) {
    throw new CliError(exitCodes.usage, 'Name either a Rollout of the cluster or, with -f, a file')
  }
  if (name === undefined) return givenIn(files)
  const rollout = await session.client.get(rolloutResource, { namespace: session.namespace, name }, signal)
  return { rollouts: [rollout], analyses: [] }
}

/** Every Rollout and analysis among the documents of the files; other kinds are none of our business. */
async function givenIn(files: readonly string[]): Promise<Given> {
  const objects: KubeObject[] = []
  for (const file of files) objects.push(...(await objectsFrom(file)))
  const rollouts = objects.filter(({ kind }) => kind === rolloutResource.kind)
  const analyses = objects.filter(isAnalysis)
  if (rollouts.length === 0 && analyses.length === 0)
    throw new CliError(exitCodes.failed, `${files.join(', ')} has no Rollout in it`)
  return { rollouts, analyses }
}

const isAnalysis = ({ kind, apiVersion: of }: KubeObject): boolean =>
  of === apiVersion && (kind === analysisResource.kind || kind === clusterAnalysisResource.kind)

async function read(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
  } catch (error) {
    throw new CliError(
      exitCodes.usage,
      `Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** Every Kubernetes object of a file (`-`: standard input). */
export const objectsFrom = async (file: string): Promise<readonly KubeObject[]> => objectsIn(await read(file), file)

/** Every Kubernetes object among the documents of a file, those of a List one by one. */
function objectsIn(source: string, file: string): readonly KubeObject[] {
  const documents = parseAllDocuments(source)
  const error = documents.flatMap((document) => document.errors)[0]
  if (error !== undefined) throw new CliError(exitCodes.failed, `${file} is not YAML: ${error.message.split('\n')[0]}`)
  const values: readonly unknown[] = documents.map((document) => document.toJS())
  return values.flatMap(itemsOf).filter(isKubeObject)
}

/** `kubectl get -o yaml` puts several objects into one document. */
function itemsOf(value: unknown): readonly unknown[] {
  return isRecord(value) && value['kind'] === 'List' && Array.isArray(value['items']) ? value['items'] : [value]
}

/** Of several files. */
export const another = (file: string, files: readonly string[] = []): readonly string[] => [...files, file]

/** A session in the namespace that the file itself names. */
export function inNamespaceOf(session: Session, { metadata }: KubeObject): Session {
  return metadata.namespace === undefined ? session : { ...session, namespace: metadata.namespace }
}
