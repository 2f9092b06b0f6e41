import { lookup } from 'node:dns/promises'
import type { DefaultPrometheus } from '../../api/analysis.ts'
import { deploymentResource, serviceAccountName, systemNamespace } from '../../api/names.ts'
import { type ReadText, readAuthText, readHeaderText } from '../../api/prometheus-args.ts'
import { KubeError } from '../../kube/errors.ts'
import { listAt } from '../json.ts'
import type { Session } from '../session.ts'
import { type ServiceAddress, serviceOf, startServiceProxy } from './service-proxy.ts'

/** Where metrics that name no Prometheus are asked, as the controller of this cluster would, but from here. */
export interface Store {
  /** Absent: nobody said where it is. */
  readonly prometheus?: DefaultPrometheus
  /** Whether the arguments of the controller could be read: it runs in the cluster, and we may see it. */
  readonly controllerSeen: boolean
  /** What an Analysis of a namespace may ask besides. */
  readonly allowedAddresses: readonly string[]
  /** How it is reached, when not directly. */
  readonly via?: string
  close(): Promise<void>
}

/** `asked`: what the person says; otherwise what the controller in the cluster was started with. */
export async function openStore(
  session: Session,
  asked: DefaultPrometheus | undefined,
  signal: AbortSignal,
): Promise<Store> {
  const seen = await controllerArgs(session, signal)
  const args = seen ?? []
  const known = { controllerSeen: seen !== undefined, allowedAddresses: valuesOf(args, '--allow-metrics-address') }
  const prometheus = asked ?? givenIn(args)
  if (prometheus === undefined) return { ...known, close: nothing }
  const service = isPlain(prometheus) ? serviceOf(prometheus.address) : undefined
  if (service === undefined || (await isKnownHere(prometheus.address))) return { ...known, prometheus, close: nothing }
  const proxy = await startServiceProxy(session.client, service)
  const proxied = { address: proxy.url, headers: [] }
  return { ...known, prometheus: proxied, via: viaText(service), close: () => proxy.close() }
}

/** Headers and credentials do not get through the API server. */
const isPlain = ({ headers, auth }: DefaultPrometheus): boolean => headers.length === 0 && auth === undefined

const nothing = (): Promise<void> => Promise.resolve()

const viaText = ({ namespace, name, port }: ServiceAddress): string =>
  `Service ${namespace}/${name}:${port} through the API server`

async function isKnownHere(url: string): Promise<boolean> {
  return lookup(new URL(url).hostname).then(
    () => true,
    () => false,
  )
}

/** Undefined where the controller does not run in the cluster, or we may not see it. */
async function controllerArgs({ client }: Session, signal: AbortSignal): Promise<readonly string[] | undefined> {
  try {
    const name = { namespace: systemNamespace, name: serviceAccountName }
    const deployment = await client.get(deploymentResource, name, signal)
    const args = listAt(deployment, 'spec', 'template', 'spec', 'containers', 0, 'args')
    return args.filter((arg) => typeof arg === 'string')
  } catch (error) {
    if (error instanceof KubeError && (error.fault === 'not-found' || error.fault === 'denied')) return undefined
    throw error
  }
}

/** What cannot be read is left out: with it the controller itself does not start. */
function givenIn(args: readonly string[]): DefaultPrometheus | undefined {
  const [address] = valuesOf(args, '--prometheus')
  if (address === undefined) return undefined
  const read = <T>(flag: string, readText: (text: string) => ReadText<T>): readonly T[] =>
    valuesOf(args, flag)
      .map(readText)
      .flatMap((one) => (one.kind === 'ok' ? [one.value] : []))
  const [auth] = read('--prometheus-auth', readAuthText)
  return { address, headers: read('--prometheus-header', readHeaderText), ...(auth === undefined ? {} : { auth }) }
}

/** `--flag=value` and `--flag value`, as a container gets them: `$$` is one `$`. */
function valuesOf(given: readonly string[], flag: string): readonly string[] {
  const args = given.map((arg) => arg.replaceAll('$$', () => '$'))
  return args.flatMap((arg, index) => {
    if (arg === flag) return args[index + 1] ?? []
    return arg.startsWith(`${flag}=`) ? arg.slice(flag.length + 1) : []
  })
}
