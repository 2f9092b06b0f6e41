import { installManifests } from '../../api/install.ts'
import { bypassAnnotation, heldAnnotation, rolloutLabel, serviceAccountUser } from '../../api/names.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import type { CommandResult } from '../cluster/run-command.ts'
import { until } from './until.ts'

/** A cluster with the policies in force and no process of Sluice running. */
export interface HoldBed {
  readonly cluster: Cluster
  /** A claimed Deployment of version v1 that has rolled out. */
  claimed(name: string): Promise<void>
  read(name: string): Promise<Seen>
  /** `kubectl patch` as a merge patch; `as` impersonates. */
  patch(name: string, patch: unknown, ...more: readonly string[]): Promise<CommandResult>
  setImage(name: string, version: string, ...more: readonly string[]): Promise<CommandResult>
  /** Versions that have pods, by the ReplicaSets that are not scaled to zero. */
  versions(name: string): Promise<readonly string[]>
  stop(): Promise<void>
}

/** What matters of a Deployment here. */
export interface Seen {
  readonly version: string
  readonly replicas: number
  readonly paused: boolean
  readonly held: boolean
  readonly label?: string
  readonly bypass?: string
}

/** Acts as our service account. */
export const asController = `--as=${serviceAccountUser}`

export async function startHoldBed(): Promise<HoldBed> {
  const cluster = await startCluster({ nodes: 3 })
  const bed = bedOf(cluster)
  try {
    ok(await cluster.apply(...installManifests()))
    await bed.claimed('probe')
    await until('the hold is in force', async () => {
      const seen = seenIn((await bed.setImage('probe', 'v2', '--dry-run=server', '-o', 'json')).stdout)
      return seen.paused && seen.held
    })
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return bed
}

function bedOf(cluster: Cluster): HoldBed {
  const kubectl = (...args: readonly string[]) => cluster.kubectl(...args)
  return {
    cluster,
    claimed: async (name) => {
      ok(await cluster.apply(deployment(name, { [rolloutLabel]: name })))
      ok(await kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s'))
    },
    read: async (name) => seenIn(ok(await kubectl('get', 'deployment', name, '-o', 'json')).stdout),
    patch: (name, patch, ...more) =>
      kubectl('patch', 'deployment', name, '--type=merge', '-p', JSON.stringify(patch), ...more),
    setImage: (name, version, ...more) =>
      kubectl('set', 'image', `deployment/${name}`, `web=${imageOf(version)}`, ...more),
    versions: async (name) => {
      const { stdout } = ok(await kubectl('get', 'replicasets', '-l', `app=${name}`, '-o', 'json'))
      const { items } = JSON.parse(stdout) as { items: readonly Json[] }
      return items
        .filter(({ spec }) => spec.replicas > 0)
        .map(({ spec }) => versionOf(spec))
        .sort()
    },
    stop: () => cluster.stop(),
  }
}

/** Two replicas of version v1. */
export function deployment(name: string, labels: Readonly<Record<string, string>> = {}) {
  const podLabels = { app: name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: podLabels },
      template: {
        metadata: { labels: podLabels },
        spec: { containers: [{ name: 'web', image: imageOf('v1') }] },
      },
    },
  }
}

export function imageOf(version: string): string {
  return `registry.example.com/web:${version}`
}

interface Json {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec: DeploymentSpec
}

interface DeploymentSpec {
  readonly replicas: number
  readonly paused?: boolean
  readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } }
}

export function seenIn(json: string): Seen {
  const { metadata, spec } = JSON.parse(json) as Json
  const { [rolloutLabel]: label } = metadata.labels ?? {}
  const { [heldAnnotation]: held, [bypassAnnotation]: bypass } = metadata.annotations ?? {}
  return {
    version: versionOf(spec),
    replicas: spec.replicas,
    paused: spec.paused === true,
    held: held === 'true',
    ...(label === undefined ? {} : { label }),
    ...(bypass === undefined ? {} : { bypass }),
  }
}

function versionOf({ template }: DeploymentSpec): string {
  return template.spec.containers[0]?.image.split(':').at(-1) ?? ''
}

/** The result, if the command worked. */
export function ok(result: CommandResult): CommandResult {
  if (result.code !== 0) throw new Error(`exit code ${result.code}: ${result.stderr}`)
  return result
}
