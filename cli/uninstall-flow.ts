import { uninstallOrder } from '../api/install.ts'
import type { KubeObject, Resource } from '../api/kube-object.ts'
import { analysisResource, clusterAnalysisResource, finalizer, rolloutResource } from '../api/names.ts'
import { createCache } from '../kube/cache.ts'
import { isFault } from '../kube/errors.ts'
import { runController } from '../rollout-controller/controller.ts'
import { systemClock } from '../rollout-controller/loop/clock.ts'
import { lifeOf } from './controller-life.ts'
import { CliError, isMissingKind } from './errors.ts'
import { exitCodes } from './exit-codes.ts'
import { textAt } from './json.ts'
import { nameOf, resourceOf } from './manifest-kinds.ts'
import type { Context, Session } from './session.ts'
import { createBell } from './world.ts'

/** Every Rollout of the cluster; none where Sluice is not installed. */
export const allRollouts = (session: Session, signal: AbortSignal): Promise<readonly KubeObject[]> =>
  allOf(session, rolloutResource, signal)

async function allOf({ client }: Session, resource: Resource, signal: AbortSignal): Promise<readonly KubeObject[]> {
  try {
    return (await client.listAll(resource, {}, signal)).items
  } catch (error) {
    if (isMissingKind(error)) return []
    throw error
  }
}

/** What people wrote that goes with its kind, such as `2 Analyses and 1 ClusterAnalysis`; undefined: there is none. */
export async function analysesThatGo(session: Session, signal: AbortSignal): Promise<string | undefined> {
  const own = await allOf(session, analysisResource, signal)
  const cluster = await allOf(session, clusterAnalysisResource, signal)
  const counts = [countText(own.length, 'Analysis'), countText(cluster.length, 'ClusterAnalysis')]
  const there = counts.filter((text) => !text.startsWith('0 '))
  return there.length === 0 ? undefined : there.join(' and ')
}

const countText = (count: number, kind: string): string => `${count} ${count === 1 ? kind : kind.replace(/is$/, 'es')}`

/** Said before anything is deleted. */
export const goesToo = (analyses: string): string =>
  `${analyses} ${/^1 \S+$/.test(analyses) ? 'goes' : 'go'} too: kubectl get analyses,clusteranalyses -A -o yaml saves them`

/** Deletes every Rollout and waits until each is retired; a controller runs here too, in case no other does. */
export async function retireAll(
  context: Context,
  session: Session,
  rollouts: readonly KubeObject[],
  timeoutMs: number,
): Promise<void> {
  if (rollouts.length === 0) return
  const { terminal, signal } = context
  for (const { metadata } of rollouts) await deleteQuietly(session, metadata, signal)
  const done = new AbortController()
  const timeout = AbortSignal.timeout(timeoutMs)
  const until = AbortSignal.any([signal, done.signal, timeout])
  const life = await lifeOf(session, terminal.now(), signal)
  const alive = life.kind === 'alive'
  if (!alive) terminal.out('No controller runs: it runs here until all Rollouts are retired')
  // Beside one that runs it only stands by: that one may have died a moment ago, and its Lease does not know it yet.
  const controller = runController({ connection: session.connection }, until)
  const ended = controller.catch(() => undefined)
  try {
    await Promise.race([untilGone(context, session, rollouts, until), ...(alive ? [] : [failing(controller)])])
  } catch (error) {
    if (timeout.aborted) throw await stuck(session, signal)
    throw error
  } finally {
    done.abort()
    await ended
  }
}

/** Settles only when it fails: that the controller ends is no end of the wait. */
async function failing(work: Promise<void>): Promise<never> {
  await work
  return new Promise(() => undefined)
}

async function deleteQuietly(
  { client }: Session,
  { name, namespace = '' }: KubeObject['metadata'],
  signal: AbortSignal,
) {
  try {
    await client.delete(rolloutResource, { name, namespace }, { propagationPolicy: 'Background' }, signal)
  } catch (error) {
    if (!isFault(error, 'not-found')) throw error
  }
}

async function untilGone(
  { terminal }: Context,
  { client }: Session,
  rollouts: readonly KubeObject[],
  until: AbortSignal,
): Promise<void> {
  const bell = createBell(until)
  const stop = new AbortController()
  const cache = createCache({ client, resource: rolloutResource, clock: systemClock, onChange: bell.ring })
  const running = cache.run(AbortSignal.any([until, stop.signal]))
  let left = rollouts
  const said = new Map<string, string>()
  try {
    await cache.synced
    while (left.length > 0 && (await bell.heard())) {
      const still = left.filter(({ metadata }) => cache.get(metadata.namespace, metadata.name) !== undefined)
      for (const gone of left.filter((rollout) => !still.includes(rollout)))
        terminal.out(`✔ Rollout ${keyOf(gone)} retired`)
      left = still
      for (const { metadata } of still) sayMessage(said, cache.get(metadata.namespace, metadata.name), terminal.out)
    }
  } finally {
    stop.abort()
    await running
  }
  if (left.length > 0) throw until.reason
}

const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`

function sayMessage(said: Map<string, string>, rollout: KubeObject | undefined, say: (line: string) => void): void {
  const message = textAt(rollout, 'status', 'waiting', 'message') ?? textAt(rollout, 'status', 'message')
  if (rollout === undefined || message === undefined || said.get(keyOf(rollout)) === message) return
  said.set(keyOf(rollout), message)
  say(`  ${keyOf(rollout)}: ${message}`)
}

async function stuck(session: Session, signal: AbortSignal): Promise<CliError> {
  const left = await allRollouts(session, signal)
  const first = left[0]
  const names = left.map(keyOf).join(', ')
  const see = first === undefined ? '' : `: see sluice explain ${first.metadata.name} -n ${first.metadata.namespace}`
  return new CliError(
    exitCodes.timedOut,
    `Not yet retired: ${names}${see}; run uninstall again, or take the finalizers off with --force`,
  )
}

/** Takes our finalizer off every Rollout, and says what nobody cleans up then. */
export async function forceAll(
  { terminal, signal }: Context,
  { client }: Session,
  rollouts: readonly KubeObject[],
): Promise<void> {
  for (const rollout of rollouts) {
    const { name, namespace = '', finalizers = [] } = rollout.metadata
    const body = { metadata: { finalizers: finalizers.filter((one) => one !== finalizer) } }
    await client.delete(rolloutResource, { name, namespace }, {}, signal)
    try {
      await client.patch(rolloutResource, { name, namespace }, { type: 'merge', body }, {}, signal)
    } catch (error) {
      if (!isFault(error, 'not-found')) throw error
    }
    terminal.out(`✔ Rollout ${keyOf(rollout)} removed by force`)
    for (const line of leftBehind(rollout)) terminal.err(`  left behind: ${line}`)
  }
}

function leftBehind(rollout: KubeObject): readonly string[] {
  const { namespace, uid } = rollout.metadata
  const workload = textAt(rollout, 'spec', 'workloadRef', 'name') ?? '?'
  return [
    `Deployment ${namespace}/${workload} may be paused and keeps our label and annotation: kubectl rollout resume deployment/${workload} -n ${namespace} rolls what it holds`,
    `canary objects, if any: kubectl delete deployments,services,ingresses,podtemplates -n ${namespace} -l sluice.dev/rollout-uid=${uid}`,
  ]
}

/** Controller, policies, rights, kinds, namespace: in that order. */
export async function removeInstallation({ terminal, signal }: Context, { client }: Session): Promise<void> {
  for (const manifest of uninstallOrder()) {
    try {
      await client.delete(resourceOf(manifest), nameOf(manifest), { propagationPolicy: 'Background' }, signal)
      terminal.out(`✔ ${manifest.kind} ${manifest.metadata.name} deleted`)
    } catch (error) {
      if (!isFault(error, 'not-found')) throw error
    }
  }
}

/** The server takes its time with namespaces and kinds: an install right behind would meet what is going. */
export async function untilRemoved({ client }: Session, signal: AbortSignal): Promise<void> {
  for (const manifest of uninstallOrder()) {
    for (let there = true; there; there = await isThere(client, manifest, signal)) await systemClock.sleep(50, signal)
  }
}

async function isThere(client: Session['client'], manifest: KubeObject, signal: AbortSignal): Promise<boolean> {
  try {
    await client.get(resourceOf(manifest), nameOf(manifest), signal)
    return true
  } catch (error) {
    if (isFault(error, 'not-found')) return false
    throw error
  }
}
