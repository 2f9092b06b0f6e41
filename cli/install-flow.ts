import { type InstallOptions, installManifests } from '../api/install.ts'
import type { KubeObject } from '../api/kube-object.ts'
import { deploymentResource, heldAnnotation, rolloutLabel, systemNamespace } from '../api/names.ts'
import { isFault } from '../kube/errors.ts'
import { servesHold } from '../rollout-controller/identity.ts'
import { systemClock } from '../rollout-controller/loop/clock.ts'
import { CliError } from './errors.ts'
import { exitCodes } from './exit-codes.ts'
import { annotationsOf, at, listAt, textAt } from './json.ts'
import { crdResource, nameOf, resourceOf } from './manifest-kinds.ts'
import type { Context, Session } from './session.ts'

const fieldManager = 'sluice-install'
const establishedMs = 30_000
const probeMs = 15_000

/** Puts Sluice into the cluster, or brings what is there up to date. Can be repeated at any time. */
export async function install(context: Context, session: Session, what: InstallOptions): Promise<void> {
  const { terminal, signal } = context
  await requireHold(session, signal)
  for (const manifest of installManifests(what)) {
    const outcome = await applyOne(session, manifest, signal)
    terminal.out(`✔ ${manifest.kind} ${manifest.metadata.name} ${outcome}`)
    if (manifest.kind === crdResource.kind) await established(session, manifest.metadata.name, signal)
  }
  await requireAnswer(session, signal)
  terminal.out('✔ updates of claimed Deployments are held (asked by a dry run)')
}

async function requireHold({ client }: Session, signal: AbortSignal): Promise<void> {
  const version =
    textAt(await client.request('GET', '/version', undefined, signal), 'gitVersion') ?? 'an unknown version'
  if (await servesHold(client, signal)) return
  throw new CliError(
    exitCodes.failed,
    `This API server (${version}) does not serve MutatingAdmissionPolicy v1, by which updates are held: Sluice needs Kubernetes 1.36 or newer; nothing was installed`,
  )
}

type Outcome = 'created' | 'updated' | 'unchanged'

async function applyOne({ client }: Session, manifest: KubeObject, signal: AbortSignal): Promise<Outcome> {
  const resource = resourceOf(manifest)
  const name = nameOf(manifest)
  const before = await client.get(resource, name, signal).catch((error: unknown) => {
    if (isFault(error, 'not-found')) return undefined
    throw error
  })
  const patch = { type: 'apply', body: manifest, fieldManager, force: true } as const
  const after = await client.patch(resource, name, patch, {}, signal)
  if (before === undefined) return 'created'
  return versionOf(before) === versionOf(after) ? 'unchanged' : 'updated'
}

/** Not the resourceVersion where there is a generation: a policy's status is written by others meanwhile. */
const versionOf = ({ metadata }: KubeObject) => metadata.generation ?? metadata.resourceVersion

async function established(session: Session, name: string, signal: AbortSignal): Promise<void> {
  const deadline = systemClock.monotonicMs() + establishedMs
  for (;;) {
    const crd = await session.client.get(crdResource, { name }, signal)
    if (isEstablished(crd)) return
    if (systemClock.monotonicMs() > deadline) {
      throw new CliError(
        exitCodes.timedOut,
        `CustomResourceDefinition ${name} is not established after ${establishedMs / 1000} s: see kubectl describe crd ${name}`,
      )
    }
    await systemClock.sleep(200, signal)
  }
}

const isEstablished = (crd: KubeObject): boolean =>
  listAt(crd, 'status', 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Established' && textAt(condition, 'status') === 'True',
  )

/** A Deployment without pods, claimed by nobody's Rollout, on which a dry run shows whether the policies answer yet. */
const scratch: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'sluice-install-probe',
    namespace: systemNamespace,
    labels: { [rolloutLabel]: 'sluice-install-probe' },
  },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'sluice-install-probe' } },
    template: {
      metadata: { labels: { app: 'sluice-install-probe' } },
      spec: { containers: [{ name: 'none', image: 'none' }] },
    },
  },
}

/** Policies are compiled a moment after they are stored: until then updates would slip through. */
async function requireAnswer(session: Session, signal: AbortSignal): Promise<void> {
  const { client } = session
  const name = nameOf(scratch)
  try {
    const patch = { type: 'apply', body: scratch, fieldManager, force: true } as const
    await client.patch(deploymentResource, name, patch, {}, signal)
    await answersInTime(session, signal)
  } finally {
    await client.delete(deploymentResource, name, {}, signal)
  }
}

async function answersInTime({ client }: Session, signal: AbortSignal): Promise<void> {
  const body = { spec: { template: { metadata: { annotations: { probe: 'true' } } } } }
  const deadline = systemClock.monotonicMs() + probeMs
  while (systemClock.monotonicMs() < deadline) {
    const answer = await client.patch(
      deploymentResource,
      nameOf(scratch),
      { type: 'merge', body },
      { dryRun: true },
      signal,
    )
    if (at(answer, 'spec', 'paused') === true && annotationsOf(answer)[heldAnnotation] === 'true') return
    await systemClock.sleep(250, signal)
  }
  throw new CliError(
    exitCodes.failed,
    `All is installed, but a dry run shows that updates are not held after ${probeMs / 1000} s: is MutatingAdmissionPolicy enabled on every API server? Try again: sluice install`,
  )
}
