import { lookup } from 'node:dns/promises'
import { deploymentResource, serviceAccountName, systemNamespace } from '../../api/names.ts'
import { KubeError } from '../../kube/errors.ts'
import { listAt } from '../json.ts'
import type { Session } from '../session.ts'
import { type ServiceAddress, serviceOf, startServiceProxy } from './service-proxy.ts'

/** Where metrics that name no Prometheus are asked, as the controller of this cluster would, but from here. */
export interface Store {
  /** Absent: nobody said where it is. */
  readonly prometheus?: string
  /** What an Analysis of a namespace may ask besides. */
  readonly allowedAddresses: readonly string[]
  /** How it is reached, when not directly. */
  readonly via?: string
  close(): Promise<void>
}

/** `asked`: what the person says; otherwise what the controller in the cluster was started with. */
export async function openStore(session: Session, asked: string | undefined, signal: AbortSignal): Promise<Store> {
  const args = await controllerArgs(session, signal)
  const allowedAddresses = valuesOf(args, '--allow-metrics-address')
  const prometheus = asked ?? valuesOf(args, '--prometheus')[0]
  if (prometheus === undefined) return { allowedAddresses, close: nothing }
  const service = serviceOf(prometheus)
  if (service === undefined || (await isKnownHere(prometheus))) return { prometheus, allowedAddresses, close: nothing }
  const proxy = await startServiceProxy(session.client, service)
  return { prometheus: proxy.url, allowedAddresses, via: viaText(service), close: proxy.close }
}

const nothing = (): Promise<void> => Promise.resolve()

const viaText = ({ namespace, name, port }: ServiceAddress): string =>
  `Service ${namespace}/${name}:${port} through the API server`

async function isKnownHere(url: string): Promise<boolean> {
  return lookup(new URL(url).hostname).then(
    () => true,
    () => false,
  )
}

/** None where the controller does not run in the cluster, or we may not see it. */
async function controllerArgs({ client }: Session, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const name = { namespace: systemNamespace, name: serviceAccountName }
    const deployment = await client.get(deploymentResource, name, signal)
    const args = listAt(deployment, 'spec', 'template', 'spec', 'containers', 0, 'args')
    return args.filter((arg) => typeof arg === 'string')
  } catch (error) {
    if (error instanceof KubeError && (error.fault === 'not-found' || error.fault === 'denied')) return []
    throw error
  }
}

/** `--flag=value` and `--flag value`. */
function valuesOf(args: readonly string[], flag: string): readonly string[] {
  return args.flatMap((arg, index) => {
    if (arg === flag) return args[index + 1] ?? []
    return arg.startsWith(`${flag}=`) ? arg.slice(flag.length + 1) : []
  })
}
