import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import type { Verb } from '../../api/decision.ts'
import { installManifests } from '../../api/install.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import {
  analysisResource,
  clusterAnalysisResource,
  decisionResource,
  deploymentResource,
  podResource,
  rolloutResource,
} from '../../api/names.ts'
import { parseStatus } from '../../api/parse-status.ts'
import type { RolloutStatus } from '../../api/status.ts'
import { type Load, startLoad } from '../../examples/traffic/load.ts'
import type { Tally } from '../../examples/traffic/tally.ts'
import { createClient } from '../../kube/client.ts'
import { loadConfig } from '../../kube/config.ts'
import type { KubeClient } from '../../kube/types.ts'
import { type Cluster, type ClusterOptions, startCluster } from '../cluster/cluster.ts'
import type { CommandResult } from '../cluster/run-command.ts'
import { addTotals, failuresOf } from './totals.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** The CLI as it ships; the run's global set-up builds it (totals.ts). */
const bundle = `${root}dist/sluice.js`
const chart = `${root}examples/chart`
const pollMs = 25

/** A cluster with Sluice installed; shops are put on it. */
export interface Stage {
  readonly cluster: Cluster
  readonly client: KubeClient
  sluice(...args: readonly string[]): Promise<CommandResult>
  /** A chart installed, its Rollout Healthy, and requests flowing. */
  shop(name: string, options?: ShopOptions): Promise<Shop>
  stop(): Promise<void>
}

export interface ShopOptions {
  /** Weights of the steps, each with an approval. */
  readonly weights?: readonly number[]
  /** `spec.strategy.canary`, instead of weights. */
  readonly canary?: object
  /** Pods answer so long after they are deleted, as with a preStop sleep; gone at once unless set. */
  readonly lingerMs?: number
  /** As in the spec; the provider's own unless set. */
  readonly drain?: string
  /** Requests a second, half of them with a new connection each. */
  readonly rate?: number
  /** A tenth as many requests again carry this header. */
  readonly header?: string
  readonly replicas?: number
  /** `helm install --set` more. */
  readonly set?: readonly string[]
  /** Returns once the Rollout is created, not when it is Healthy. */
  readonly doNotWait?: boolean
}

/** One release of the demo chart in a namespace of its own, under load. */
export interface Shop {
  readonly name: string
  readonly namespace: string
  /** Helm, on this release: v2 is `--set image.tag=v2`. */
  upgrade(version: string, ...flags: readonly string[]): Promise<CommandResult>
  helmRollback(): Promise<CommandResult>
  /** `sluice <verb> <name> -n <namespace>`. */
  sluice(verb: string, ...flags: readonly string[]): Promise<CommandResult>
  /** Creates a Decision as the CLI would, without starting a process. */
  decide(verb: Verb): Promise<void>
  status(): Promise<RolloutStatus>
  /** Polls until the status is so; fails with the status after `timeoutMs`. */
  until(what: string, so: (status: RolloutStatus) => boolean, timeoutMs?: number): Promise<RolloutStatus>
  atGate(step: number, timeoutMs?: number): Promise<RolloutStatus>
  phase(phase: RolloutStatus['phase'], timeoutMs?: number): Promise<RolloutStatus>
  deployment(name?: string): Promise<KubeObject | undefined>
  /** Names and start times of the workload's own pods, by version. */
  pods(): Promise<readonly PodSeen[]>
  /** Everything that carries our labels in the namespace, the workload itself included. */
  leftovers(): Promise<readonly string[]>
  readonly loads: readonly Load[]
  /** Requests of both loads since a moment. */
  since(atMs: number, untilMs?: number): Traffic
  /** Waits for so many more requests. */
  next(count: number): Promise<Traffic>
  /** Ends the load, writes the totals down. What a faulty version has answered itself is not lost. */
  finish(faulty?: string): Promise<{ readonly sent: number; readonly lost: number; readonly detail: string }>
}

export interface PodSeen {
  readonly name: string
  readonly uid: string
  readonly version: string
  readonly canary: boolean
}

export interface Traffic {
  readonly total: number
  /** Resets, time-outs and answers other than 200. */
  readonly lost: number
  answers(version: string): number
  /** Answers of this version other than 200. */
  failures(version: string): number
  /** Milliseconds since the epoch; 0 when it never answered. */
  lastAt(version: string): number
}

export async function startStage(options: Pick<ClusterOptions, 'prometheus'> = {}): Promise<Stage> {
  const cluster = await startCluster(options)
  const client = createClient(await loadConfig({ kubeconfig: cluster.kubeconfig }))
  const shops: Shop[] = []
  await install(cluster, client)
  const sluice = (...args: readonly string[]) => cluster.run(process.execPath, [bundle, ...args])
  return {
    cluster,
    client,
    sluice,
    shop: async (name, options = {}) => {
      const shop = await openShop({ cluster, client, sluice }, name, options)
      shops.push(shop)
      return shop
    },
    stop: async () => {
      await Promise.all(shops.flatMap(({ loads }) => loads.map((load) => load.stop())))
      await client.close()
      await cluster.stop()
    },
  }
}

/** What `sluice install` applies, with the kinds that it applies awaited. */
async function install(cluster: Cluster, client: KubeClient): Promise<void> {
  await must(cluster.apply(...installManifests()))
  for (const resource of [rolloutResource, decisionResource, analysisResource, clusterAnalysisResource]) {
    await eventually(`${resource.plural} are served`, async () => {
      await client.list(resource, { limit: 1 })
      return true
    })
  }
}

type Backstage = Pick<Stage, 'cluster' | 'client' | 'sluice'>

async function openShop(stage: Backstage, name: string, options: ShopOptions): Promise<Shop> {
  const { cluster } = stage
  const namespace = name
  const host = `${name}.test`
  const values = [`host=${host}`, `replicas=${options.replicas ?? 10}`, ...(options.set ?? [])]
  if (options.lingerMs !== undefined) values.push(`podAnnotations.pod\\.sluice\\.test/linger-ms=${options.lingerMs}`)
  const flags = ['--namespace', namespace, '--create-namespace', ...values.flatMap((value) => ['--set-string', value])]
  const helm = (...args: readonly string[]) => cluster.helm(...args)
  await must(helm('install', name, chart, ...fixNumbers(flags)))
  await must(cluster.kubectl('rollout', 'status', `deployment/${name}`, '-n', namespace, '--timeout=60s'))
  await served(cluster, host)
  await must(cluster.apply(rolloutOf(name, namespace, options)))
  const { rate = 200, header } = options
  const shop = shopOf(stage, { name, namespace, host, upgradeFlags: fixNumbers(flags), rate, header })
  if (!options.doNotWait) await shop.phase('Healthy')
  await shop.next(50)
  return shop
}

/** A new route takes the gateway a moment; what is asked before that says nothing about a release. */
async function served(cluster: Cluster, host: string): Promise<void> {
  await eventually(`${host} is served`, async () => {
    const { statusCode, body } = await request(cluster.gatewayUrl, { headers: { host } })
    await body.dump()
    return statusCode === 200 || `status ${statusCode}`
  })
}

/** Numbers stay numbers for Helm. */
function fixNumbers(flags: readonly string[]): string[] {
  return flags.map((flag, index) =>
    flag === '--set-string' && flags[index + 1]?.startsWith('replicas=') ? '--set' : flag,
  )
}

export function rolloutOf(name: string, namespace: string, options: ShopOptions = {}): KubeObject {
  const steps = (options.weights ?? [20, 90]).map((weight) => ({ weight, gates: [{ approval: {} }] }))
  const canary = options.canary ?? { steps }
  const ingress = { name, ...(options.drain !== undefined && { drain: options.drain }) }
  return {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'Rollout',
    metadata: { name, namespace },
    spec: { workloadRef: { kind: 'Deployment', name }, strategy: { canary }, traffic: [{ ingress }] },
  }
}

interface Place {
  readonly name: string
  readonly namespace: string
  readonly host: string
  readonly upgradeFlags: readonly string[]
  readonly rate: number
  readonly header: string | undefined
}

function shopOf({ cluster, client, sluice }: Backstage, place: Place): Shop {
  const { name, namespace, upgradeFlags } = place
  const loads = loadsOn(cluster, place)
  const where = { name, namespace }
  const status = async () => parseStatus((await client.get(rolloutResource, where))['status']) ?? emptyStatus
  const until: Shop['until'] = (what, so, timeoutMs = 60_000) =>
    eventually(
      `${namespace}/${name}: ${what}`,
      async () => {
        const now = await status()
        return so(now) ? now : JSON.stringify(now, null, 1)
      },
      timeoutMs,
    )
  const shop: Shop = {
    name,
    namespace,
    loads,
    status,
    until,
    upgrade: (version, ...flags) =>
      cluster.helm('upgrade', name, chart, ...upgradeFlags, '--set', `image.tag=${version}`, ...flags),
    helmRollback: () => cluster.helm('rollback', name, '--namespace', namespace),
    sluice: (verb, ...flags) => sluice(verb, name, '-n', namespace, ...flags),
    decide: async (verb) => {
      await client.create(decisionResource, decisionOf(where, verb, await status()))
    },
    atGate: (step, timeoutMs) =>
      until(
        `waits for approval of step ${step}`,
        (s) => s.release?.step === step && s.waiting?.reason === 'Approval',
        timeoutMs,
      ),
    phase: (phase, timeoutMs) => until(`is ${phase}`, (s) => s.phase === phase, timeoutMs),
    deployment: (wanted = name) => client.get(deploymentResource, { name: wanted, namespace }).catch(() => undefined),
    pods: async () => (await client.list(podResource, { namespace })).items.filter(isRunning).map(podSeen),
    leftovers: () => leftovers(cluster, namespace),
    since: (atMs, untilMs) =>
      traffic(
        loads.map((load) => load.since(load.markAt(atMs), untilMs === undefined ? undefined : load.markAt(untilMs))),
      ),
    next: async (count) => traffic(await Promise.all(loads.slice(0, 2).map((load) => load.next(Math.ceil(count / 2))))),
    finish: async (faulty) => {
      const tallies = await Promise.all(loads.map((load) => load.stop()))
      return {
        ...addTotals(name, tallies, faulty),
        detail: JSON.stringify(tallies.map(({ statuses, lost }) => ({ statuses, lost }))),
      }
    },
  }
  return shop
}

/** Two halves, and those with the header. */
function loadsOn({ gatewayUrl: url }: Cluster, { host, rate, header }: Place): readonly Load[] {
  const halves = [true, false].map((keepAlive) => startLoad({ url, host, rate: rate / 2, keepAlive }))
  if (header === undefined) return halves
  return [...halves, startLoad({ url, host, rate: rate / 10, keepAlive: true, headers: { [header]: 'yes' } })]
}

const emptyStatus: RolloutStatus = { phase: 'Pending', message: '', attempts: 0, decisions: [], conditions: [] }

function decisionOf(where: { name: string; namespace: string }, verb: Verb, { release }: RolloutStatus): KubeObject {
  const about = release && { attempt: release.attempt }
  const step = release && verb === 'approve' ? { step: release.step, stepHash: release.stepHash } : {}
  const stamp = `${Date.now()}-${Math.floor(performance.now() * 1000) % 1_000_000}`
  return {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'Decision',
    metadata: { name: `${where.name}-${verb}-${stamp}`, namespace: where.namespace },
    spec: { rollout: where.name, verb, decidedBy: 'admin', ...about, ...step },
  }
}

function isRunning({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp === undefined
}

function podSeen(pod: KubeObject): PodSeen {
  const image = JSON.stringify(pod['spec']).match(/"image":"[^"]*:([^"]+)"/)?.[1] ?? '?'
  return {
    name: pod.metadata.name,
    uid: pod.metadata.uid ?? '',
    version: image,
    canary: pod.metadata.labels?.['sluice.dev/copy'] !== undefined,
  }
}

async function leftovers(cluster: Cluster, namespace: string): Promise<readonly string[]> {
  const kinds = 'deployments,services,ingresses,podtemplates,decisions.sluice.dev,rollouts.sluice.dev'
  const ours = await must(cluster.kubectl('get', kinds, '-n', namespace, '-l', 'sluice.dev/rollout-uid', '-o', 'name'))
  const claimed = await must(
    cluster.kubectl('get', 'deployments', '-n', namespace, '-l', 'sluice.dev/rollout', '-o', 'name'),
  )
  return [...ours.split('\n'), ...claimed.split('\n')].filter((line) => line !== '')
}

function traffic(tallies: readonly Tally[]): Traffic {
  const total = tallies.reduce((sum, tally) => sum + tally.total, 0)
  const good = tallies.reduce((sum, tally) => sum + (tally.statuses[200] ?? 0), 0)
  return {
    total,
    lost: total - good,
    answers: (version) => tallies.reduce((sum, { versions }) => sum + (versions[version]?.answers ?? 0), 0),
    failures: (version) => tallies.reduce((sum, tally) => sum + failuresOf(tally, version), 0),
    lastAt: (version) => Math.max(0, ...tallies.map(({ versions }) => versions[version]?.lastAtMs ?? 0)),
  }
}

/** Standard output, or an error that shows what the command said. */
export async function must(command: Promise<CommandResult>): Promise<string> {
  const { code, stdout, stderr } = await command
  if (code !== 0) throw new Error(`code ${code}: ${stderr}${stdout}`)
  return stdout
}

/** Asks again until the answer is no longer text (which says what is still missing). An error counts as "not yet". */
export async function eventually<T>(what: string, ask: () => Promise<T | string>, timeoutMs = 60_000): Promise<T> {
  const until = performance.now() + timeoutMs
  for (;;) {
    const answer = await ask().catch((error: unknown) => String(error))
    if (typeof answer !== 'string') return answer
    if (performance.now() > until) throw new Error(`not so after ${timeoutMs} ms: ${what}\n${answer}`)
    await sleep(pollMs)
  }
}

/** Four standard deviations around the expected share of `count` requests. */
export function withinChance(answers: number, count: number, percent: number): boolean {
  const share = percent / 100
  return Math.abs(answers - count * share) <= 4 * Math.sqrt(count * share * (1 - share)) + 1
}
