import type { KubeObject, Resource } from '../../api/kube-object.ts'
import {
  autoscalerResource,
  deploymentResource,
  ingressClassResource,
  ingressResource,
  ownerUidLabel,
  rolloutResource,
  serviceResource,
} from '../../api/names.ts'
import { parseRollout } from '../../api/parse.ts'
import { parseStatus } from '../../api/parse-status.ts'
import type { RolloutSpec } from '../../api/rollout.ts'
import { CliError, failureOf } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { findingsOf } from '../lint.ts'
import { objectsFrom } from '../rollout-source.ts'
import { type ClusterFlags, type Context, type Session, withSession } from '../session.ts'
import { sightOf } from '../snapshot.ts'
import type { Finding } from '../view/problems.ts'
import type { Sourced } from './bare.ts'
import { type Gathered, gather, type Missing, type Scene } from './scene.ts'

/** A scene, and what is wrong with it where it really lies; that is only known of a Rollout of the cluster. */
export interface Read {
  readonly scene: Scene
  readonly findings: readonly Finding[]
}

/** What the Rollout called `name` in the cluster needs, all of it from there. */
export function readCluster(context: Context, flags: ClusterFlags, name: string): Promise<readonly Read[]> {
  return withSession(context, flags, async (session) => {
    const { client, namespace } = session
    const object = await client.get(rolloutResource, { namespace, name }, context.signal)
    const rollout = { object, from: clusterName(session) }
    const spec = specOf(rollout)
    const { snapshot } = await sightOf(session, object, context.signal)
    const findings = findingsOf(snapshot, true).filter(({ severity }) => severity === 'error')
    const all = await surroundings(session, context.signal)
    const scene = found(gather({ rollout, namespace, spec, all, isAll: true }), namespace, rollout.from)
    const isBusy = parseStatus(object['status'])?.release !== undefined
    return [{ scene: isBusy ? { ...scene, assumed: [...scene.assumed, underWay] } : scene, findings }]
  })
}

const underWay = 'A release is under way; this is the next one, once all is at rest'

/** What the Rollouts of the files need: from the files; the cluster is asked for what is in none of them. */
export async function readFiles(
  context: Context,
  flags: ClusterFlags,
  files: readonly string[],
): Promise<readonly Read[]> {
  const all: Sourced[] = []
  for (const file of files) all.push(...(await objectsFrom(file)).map((object) => ({ object, from: nameOf(file) })))
  const where = files.map(nameOf).join(', ')
  const rollouts = all.filter(({ object }) => object.kind === rolloutResource.kind)
  if (rollouts.length === 0) throw new CliError(exitCodes.failed, `${where} has no Rollout in it`)
  const scenes: Read[] = []
  for (const rollout of rollouts)
    scenes.push({ scene: await sceneFor(context, flags, rollout, all, where), findings: [] })
  return scenes
}

const nameOf = (file: string): string => (file === '-' ? 'standard input' : file)

async function sceneFor(
  context: Context,
  flags: ClusterFlags,
  rollout: Sourced,
  all: readonly Sourced[],
  where: string,
): Promise<Scene> {
  const named = rollout.object.metadata.namespace ?? flags.namespace
  const given = { rollout, namespace: named ?? 'default', spec: specOf(rollout), all, isAll: false }
  const gathered = gather(given)
  if (gathered.kind === 'scene') return gathered.scene
  try {
    return await withSession(context, flags, async (session) => {
      const namespace = named ?? session.namespace
      const more = await surroundings({ ...session, namespace }, context.signal)
      const both = { ...given, namespace, all: merged(all, more), isAll: true }
      return found(gather(both), namespace, `${where} or ${clusterName(session)}`)
    })
  } catch (error) {
    if (context.signal.aborted || (error instanceof CliError && error.exitCode !== exitCodes.usage)) throw error
    const { message, exitCode } = failureOf(error, context.where)
    const missing = missingText(gathered.missing, given.namespace)
    throw new CliError(
      exitCode,
      `${missing}: not in ${where}; add its file with another -f, or mend what keeps the cluster from being asked: ${message}`,
      { cause: error },
    )
  }
}

function found(gathered: Gathered, namespace: string, where: string): Scene {
  if (gathered.kind === 'scene') return gathered.scene
  throw new CliError(
    exitCodes.notFound,
    `${missingText(gathered.missing, namespace)}: not in ${where}; create it, add its file with -f, or correct the name`,
  )
}

/** `Ingress shop/web (spec.traffic[0].ingress.name of Rollout web) is missing`. */
function missingText(missing: readonly Missing[], namespace: string): string {
  const named = missing.map(({ kind, name, namedBy }) => `${kind} ${namespace}/${name} (${namedBy})`)
  return `${named.join(', ')} ${named.length === 1 ? 'is' : 'are'} missing`
}

const clusterName = ({ connection }: Session): string => `the cluster (context ${connection.contextName})`

function specOf({ object, from }: Sourced): RolloutSpec {
  const parsed = parseRollout(object)
  if (parsed.kind === 'ok') return parsed.spec
  const problems = parsed.problems.map(({ path, message }) => `${path} ${message}`)
  throw new CliError(
    exitCodes.failed,
    `Rollout ${object.metadata.name} in ${from}: ${problems.join('; ')}; correct it there`,
  )
}

const around: readonly Resource[] = [
  deploymentResource,
  serviceResource,
  ingressResource,
  ingressClassResource,
  autoscalerResource,
]

/** What the cluster has of the kinds that matter, without what Sluice made. */
async function surroundings(session: Session, signal: AbortSignal): Promise<readonly Sourced[]> {
  const { client, namespace } = session
  const lists = await Promise.all(
    around.map((resource) => client.listAll(resource, resource.namespaced ? { namespace } : {}, signal)),
  )
  const from = clusterName(session)
  return lists
    .flatMap(({ items }) => items)
    .filter(({ metadata }) => metadata.labels?.[ownerUidLabel] === undefined)
    .map((object) => ({ object, from }))
}

/** A file says how an object will be; the cluster how it is. */
function merged(files: readonly Sourced[], cluster: readonly Sourced[]): readonly Sourced[] {
  const known = new Set(files.map(({ object }) => keyOf(object)))
  return [...files, ...cluster.filter(({ object }) => !known.has(keyOf(object)))]
}

const keyOf = ({ kind, metadata: { name } }: KubeObject): string => `${kind} ${name}`
