import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { parseAllDocuments } from 'yaml'
import { isRecord } from '../api/json.ts'
import type { KubeObject } from '../api/kube-object.ts'
import { rolloutResource } from '../api/names.ts'
import { isKubeObject } from '../kube/json.ts'
import { CliError } from './errors.ts'
import { exitCodes } from './exit-codes.ts'
import type { Session } from './session.ts'

/** A Rollout of the cluster by its name, or those of a file (`-`: standard input), one of the two. */
export async function rolloutsFrom(
  session: Session,
  name: string | undefined,
  file: string | undefined,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  if ((name === undefined) === (file === undefined)) {
    throw new CliError(exitCodes.usage, 'Name either a Rollout of the cluster or, with -f, a file')
  }
  if (file !== undefined) return rolloutsIn(await read(file), file)
  return [await session.client.get(rolloutResource, { namespace: session.namespace, name: name ?? '' }, signal)]
}

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

/** Every Rollout among the documents of a file; other kinds are none of our business. */
export function rolloutsIn(source: string, file: string): readonly KubeObject[] {
  const rollouts = objectsIn(source, file).filter((object) => object.kind === rolloutResource.kind)
  if (rollouts.length === 0) throw new CliError(exitCodes.failed, `${file} has no Rollout in it`)
  return rollouts
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

/** A session in the namespace that the file itself names. */
export function inNamespaceOf(session: Session, { metadata }: KubeObject): Session {
  return metadata.namespace === undefined ? session : { ...session, namespace: metadata.namespace }
}
