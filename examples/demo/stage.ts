import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { parse, stringify } from 'yaml'
import { type JsonObject, objectOf, objectsOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { rolloutResource } from '../../api/names.ts'
import type { Session } from '../../cli/session.ts'
import { createClient } from '../../kube/client.ts'
import { loadConfig } from '../../kube/config.ts'
import { runController } from '../../rollout-controller/controller.ts'
import { createLog } from '../../rollout-controller/log.ts'
import { appHost, appName, type Chart, openChart, root } from './chart.ts'
import { type Paper, runSluice, type Shown } from './commands.ts'
import { type Flow, startFlow } from './flow.ts'
import type { Ground } from './ground.ts'
import type { RunFolder } from './run-folder.ts'
import { type Watcher, watchRollout } from './watcher.ts'

/** A cluster with all that a release needs, and what one can do there. */
export interface Stage {
  readonly ground: Ground
  readonly session: Session
  readonly chart: Chart
  /** Aborts when somebody wants to leave, or something that must run has ended. */
  readonly signal: AbortSignal
  /** A command of the CLI. Throws with what it said when it does not end with 0. */
  sluice(...args: readonly string[]): Promise<Shown>
  /** Resolves when it works; its log goes to a file. */
  startController(): Promise<void>
  /** Creates the Rollout; gives its YAML. */
  applyRollout(): Promise<string>
  readonly watcher: Watcher
  /** Resolves once the gateway leads to the app. */
  served(): Promise<void>
  startFlow(): Flow
  close(): Promise<void>
}

export interface StageOptions {
  readonly ground: Ground
  readonly folder: RunFolder
  readonly paper: Paper
  readonly signal: AbortSignal
}

/** Requests a second. */
const rate = 200

export async function openStage({ ground, folder, paper, signal: leave }: StageOptions): Promise<Stage> {
  const end = new AbortController()
  const signal = AbortSignal.any([leave, end.signal])
  const connection = await loadConfig({ kubeconfig: ground.kubeconfig })
  const client = createClient(connection)
  const session: Session = { client, connection, namespace: connection.namespace }
  const watcher = watchRollout(session, appName, signal)
  const flows: Flow[] = []
  const running: Promise<void>[] = [watcher.ended]
  return {
    ground,
    session,
    chart: await openChart({ connection, env: ground.env, signal }),
    signal,
    sluice: async (...args) => succeeded(await runSluice(args, { kubeconfig: ground.kubeconfig, paper, signal })),
    startController: () => {
      const log = logTo(join(folder.path, 'controller.log'))
      return new Promise((resolve, reject) => {
        const works = runController({ connection, log, onReady: () => resolve() }, signal).catch((error: unknown) => {
          if (signal.aborted) return
          reject(error)
          end.abort(error) // without it nothing goes on
        })
        running.push(works)
      })
    },
    applyRollout: async () => {
      const rollout = demoRollout(session.namespace, ground.drain)
      await client.create(rolloutResource, rollout, {}, signal)
      return stringify(rollout).trimEnd()
    },
    watcher,
    served: () => served(ground.gatewayUrl, signal),
    startFlow: () => {
      const flow = startFlow({ url: ground.gatewayUrl, host: appHost, rate })
      flows.push(flow)
      return flow
    },
    close: async () => {
      await Promise.all(flows.map((flow) => flow.stop()))
      end.abort(new Error('the demo is over'))
      await Promise.allSettled(running)
      await client.close()
    },
  }
}

export function succeeded(shown: Shown): Shown {
  if (shown.code === 0) return shown
  throw new Error(`${shown.heading} ended with ${shown.code}: ${shown.lines.join(' ')}`)
}

const servedMs = 30_000

async function served(url: string, signal: AbortSignal): Promise<void> {
  const untilMs = performance.now() + servedMs
  while (performance.now() < untilMs) {
    const { statusCode, body } = await request(url, { headers: { host: appHost }, signal })
    await body.dump()
    if (statusCode === 200) return
    await sleep(50, undefined, { signal })
  }
  throw new Error(`${url} does not lead to ${appHost} after ${servedMs / 1000} s`)
}

function logTo(file: string) {
  const write = (line: string) => appendFileSync(file, line)
  return createLog({ level: 'info', format: 'text', write, now: () => Date.now() })
}

/** The example's Rollout; a gateway that is known to follow sooner than others lets it drain sooner. */
function demoRollout(namespace: string, drain: string | undefined): KubeObject {
  const example: KubeObject = parse(readFileSync(join(root, 'examples/rollout.yaml'), 'utf8'))
  const spec = objectOf(example.spec)
  const metadata = { ...example.metadata, namespace }
  if (drain === undefined) return { ...example, metadata }
  const traffic = objectsOf(spec.traffic).map(
    (route): JsonObject => ({ ingress: { ...objectOf(route.ingress), drain } }),
  )
  return { ...example, metadata, spec: { ...spec, traffic } }
}
