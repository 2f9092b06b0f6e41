import { setTimeout as sleep } from 'node:timers/promises'
import { installManifests } from '../../api/install.ts'
import { apiVersion } from '../../api/names.ts'
import { parseStatus } from '../../api/parse-status.ts'
import type { RolloutStatus } from '../../api/status.ts'
import { loadConfig } from '../../kube/config.ts'
import type { KubeClient } from '../../kube/types.ts'
import { runController, type StartedController } from '../../rollout-controller/controller.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import type { CommandResult } from '../cluster/run-command.ts'

/** A real cluster with Sluice installed, and a controller out of the cluster that a test starts and stops. */
export interface ControllerBed {
  readonly cluster: Cluster
  start(options?: { readonly wrapClient?: (client: KubeClient) => KubeClient }): Promise<RunningController>
  /** A Rollout of the release of the same name: batches of 20, 50 and 90 percent, a person after each. */
  rollout(name: string): Promise<void>
  status(name: string): Promise<RolloutStatus | undefined>
  /** A Decision about the attempt and step that the status shows. */
  decide(name: string, verb: string): Promise<void>
  reaches(name: string, what: string, holds: (status: RolloutStatus) => boolean, ms?: number): Promise<RolloutStatus>
  stop(): Promise<void>
}

export interface RunningController extends StartedController {
  stop(): Promise<void>
}

export async function startControllerBed(): Promise<ControllerBed> {
  const cluster = await startCluster({ nodes: 3 })
  try {
    ok(await cluster.apply(...installManifests()))
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return bedOf(cluster)
}

function bedOf(cluster: Cluster): ControllerBed {
  const running: RunningController[] = []
  let decisions = 0
  const status = async (name: string) => {
    const { stdout } = ok(await cluster.kubectl('get', 'rollouts.sluice.dev', name, '-o', 'json'))
    const { status: raw } = JSON.parse(stdout) as { status?: unknown }
    return parseStatus(raw)
  }
  return {
    cluster,
    status,
    async start(options = {}) {
      const controller = await startController(cluster, options.wrapClient)
      running.push(controller)
      return controller
    },
    async rollout(name) {
      ok(await cluster.apply(rolloutOf(name)))
    },
    async decide(name, verb) {
      const release = (await status(name))?.release
      decisions++
      ok(await cluster.apply(decisionOf(`${name}-${verb}-${decisions}`, name, verb, release)))
    },
    async reaches(name, what, holds, ms = 60_000) {
      return until(what, status.bind(undefined, name), holds, ms)
    },
    async stop() {
      await Promise.all(running.map((controller) => controller.stop()))
      await cluster.stop()
    },
  }
}

async function startController(
  cluster: Cluster,
  wrapClient: ((client: KubeClient) => KubeClient) | undefined,
): Promise<RunningController> {
  const connection = await loadConfig({ kubeconfig: cluster.kubeconfig })
  const ending = new AbortController()
  let onReady: (started: StartedController) => void = () => undefined
  const ready = new Promise<StartedController>((resolve) => {
    onReady = resolve
  })
  const config = { port: 0, logLevel: process.env['SLUICE_TEST_LOG'] === '1' ? ('info' as const) : ('error' as const) }
  const ended = runController(
    { connection, config, onReady, ...(wrapClient === undefined ? {} : { wrapClient }) },
    ending.signal,
  )
  const started = await Promise.race([ready, ended])
  if (started === undefined) throw new Error('the controller ended before it was ready')
  return {
    ...started,
    async stop() {
      ending.abort()
      await ended
    },
  }
}

function rolloutOf(name: string) {
  const approval = { gates: [{ approval: {} }] }
  return {
    apiVersion,
    kind: 'Rollout',
    metadata: { name, namespace: 'default' },
    spec: {
      workloadRef: { kind: 'Deployment', name },
      strategy: { canary: { steps: [20, 50, 90].map((weight) => ({ weight, ...approval })) } },
      traffic: [{ ingress: { name, drain: '1s' } }],
    },
  }
}

function decisionOf(name: string, rollout: string, verb: string, release: RolloutStatus['release']) {
  const { attempt, step, stepHash } = release ?? {}
  const about = verb === 'approve' ? { attempt, step, stepHash } : { attempt }
  return {
    apiVersion,
    kind: 'Decision',
    metadata: { name, namespace: 'default' },
    spec: { rollout, verb, decidedBy: 'admin', ...about },
  }
}

async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  holds: (answer: T) => boolean,
  ms: number,
): Promise<T> {
  const end = Date.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && holds(answer)) return answer
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}; it is ${JSON.stringify(answer)}`)
    await sleep(100)
  }
}

export function ok(result: CommandResult): CommandResult {
  if (result.code !== 0) throw new Error(`exit code ${result.code}: ${result.stderr}`)
  return result
}
