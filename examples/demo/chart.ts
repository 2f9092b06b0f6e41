import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import { deploymentResource, ingressResource, serviceResource } from '../../api/names.ts'
import { createClient } from '../../kube/client.ts'
import type { KubeConnection } from '../../kube/connection.ts'
import { runProgram, type Shown } from './commands.ts'

export const appName = 'canary-demo'
export const appHost = 'canary-demo.example.com'
export const root = fileURLToPath(new URL('../..', import.meta.url))
const rendered = `${root}examples/rendered/canary-demo.yaml`

/** The demo's app, installed and updated as a team would: by its image tag. */
export interface Chart {
  /** The command for a second terminal. */
  readonly typed: (version: string) => string
  install(version: string): Promise<Shown>
  upgrade(version: string): Promise<Shown>
  /** To the version before. */
  rollback(): Promise<Shown>
}

export interface ChartOptions {
  readonly connection: KubeConnection
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

/** By Helm where there is one; otherwise the chart is applied as Helm renders it. */
export async function openChart(options: ChartOptions): Promise<Chart> {
  return (await hasHelm(options)) ? helmChart(options) : renderedChart(options)
}

async function hasHelm({ env, signal }: ChartOptions): Promise<boolean> {
  const asked = runProgram('helm', ['version', '--short'], { env, cwd: root, signal })
  return (await asked.catch(() => undefined))?.code === 0
}

function helmChart({ env, signal }: ChartOptions): Chart {
  const helm = (...args: readonly string[]) => runProgram('helm', args, { env, cwd: root, signal })
  const tag = (version: string) => ['--set', `image.tag=${version}`]
  return {
    typed: (version) => `helm upgrade ${appName} ${root}examples/chart --set image.tag=${version}`,
    install: (version) => helm('install', appName, 'examples/chart', ...tag(version)),
    upgrade: (version) => helm('upgrade', appName, 'examples/chart', ...tag(version)),
    rollback: () => helm('rollback', appName),
  }
}

function renderedChart({ connection, signal }: ChartOptions): Chart {
  const applied: string[] = []
  const apply = async (version: string): Promise<Shown> => {
    const lines = await applyAll(connection, renderedObjects(version), signal)
    applied.push(version)
    return {
      heading: `no helm on the PATH: the chart as Helm renders it, with image.tag=${version}, is applied`,
      code: 0,
      lines,
    }
  }
  const image = `registry.example.com/${appName}`
  const typed = (version: string) => `kubectl set image deployment/${appName} web=${image}:${version}`
  return { typed, install: apply, upgrade: apply, rollback: () => apply(applied.at(-2) ?? 'v1') }
}

/** What `helm template` makes of the chart for a version: they differ by the image tag alone. */
export function renderedObjects(version: string): readonly KubeObject[] {
  const text = readFileSync(rendered, 'utf8').replaceAll(/(image: .*:)v1\b/g, `$1${version}`)
  return parseAllDocuments(text).map((document): KubeObject => document.toJS())
}

const resources: readonly Resource[] = [deploymentResource, serviceResource, ingressResource]

async function applyAll(connection: KubeConnection, objects: readonly KubeObject[], signal: AbortSignal) {
  const lines: string[] = []
  const client = createClient(connection, { onWarning: (text) => lines.push(`Warning: ${text}`) })
  try {
    for (const object of objects) {
      const resource = resources.find(({ kind }) => kind === object.kind)
      if (resource === undefined) throw new Error(`the chart has a ${object.kind}, which the demo does not know`)
      const name = { namespace: connection.namespace, name: object.metadata.name }
      const body = { ...object, metadata: { ...object.metadata, namespace: connection.namespace } }
      await client.patch(resource, name, { type: 'apply', body, fieldManager: 'helm', force: true }, {}, signal)
      lines.push(`${object.kind} ${object.metadata.name} applied`)
    }
    return lines
  } finally {
    await client.close()
  }
}
