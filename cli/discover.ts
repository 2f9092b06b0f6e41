import type { KubeObject } from '../api/kube-object.ts'
import { ownerUidLabel } from '../api/names.ts'
import { parseIngress, servicesOf } from '../traffic-providers/ingress.ts'
import { annotationsOf, labelsOf, numberAt, selects, textsAt } from './json.ts'

/** What a namespace has, as far as a Rollout may refer to it. */
export interface Inventory {
  readonly deployments: readonly KubeObject[]
  readonly services: readonly KubeObject[]
  readonly ingresses: readonly KubeObject[]
  /** Names of the Deployments that a Rollout is about already. */
  readonly taken: readonly string[]
}

export type Target =
  | { readonly kind: 'any' }
  | { readonly kind: 'deployment'; readonly name: string }
  | { readonly kind: 'release'; readonly name: string }

export interface Found {
  readonly workload: string
  readonly replicas: number
  readonly services: readonly string[]
  readonly ingresses: readonly string[]
}

export type Discovery =
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'unclear'; readonly why: string }
  /** It is there, and has a Rollout. */
  | { readonly kind: 'taken'; readonly why: string }

const unclear = (why: string): Discovery => ({ kind: 'unclear', why })

/** Finds the workload, the Services that select its pods and the Ingresses that send to those. */
export function discover(inventory: Inventory, target: Target, namespace: string): Discovery {
  const candidates = inventory.deployments.filter((deployment) => isMeant(deployment, target) && !isOurs(deployment))
  const [workload, ...others] = candidates
  if (workload === undefined) return unclear(nothingFound(inventory, target, namespace))
  if (others.length > 0) return unclear(severalFound(candidates, target))
  const { name } = workload.metadata
  if (inventory.taken.includes(name))
    return { kind: 'taken', why: `Deployment ${name} has a Rollout already: see sluice status -n ${namespace}` }
  return withTraffic(inventory, workload, namespace)
}

function withTraffic(inventory: Inventory, workload: KubeObject, namespace: string): Discovery {
  const { name } = workload.metadata
  const labels = textsAt(workload, 'spec', 'template', 'metadata', 'labels')
  const services = inventory.services.filter(
    (service) => !isOurs(service) && selects(textsAt(service, 'spec', 'selector'), labels),
  )
  const names = services.map((service) => service.metadata.name)
  if (names.length === 0) {
    return unclear(
      `No Service in namespace ${namespace} selects the pods of Deployment ${name}: without one there is no traffic to split`,
    )
  }
  const ingresses = inventory.ingresses.filter(
    (ingress) => !isOurs(ingress) && servicesOf(parseIngress(ingress)).some((service) => names.includes(service)),
  )
  if (ingresses.length === 0) {
    return unclear(
      `No Ingress in namespace ${namespace} sends to ${names.map((service) => `Service ${service}`).join(' or ')}: without one there is no traffic to split`,
    )
  }
  const replicas = numberAt(workload, 'spec', 'replicas') ?? 1
  return {
    kind: 'found',
    found: { workload: name, replicas, services: names, ingresses: ingresses.map((ingress) => ingress.metadata.name) },
  }
}

const isOurs = (object: KubeObject): boolean => labelsOf(object)[ownerUidLabel] !== undefined

function isMeant(deployment: KubeObject, target: Target): boolean {
  switch (target.kind) {
    case 'any':
      return true
    case 'deployment':
      return deployment.metadata.name === target.name
    case 'release':
      return releaseOf(deployment) === target.name
    default:
      return target satisfies never
  }
}

/** Helm writes the annotation itself; the label is what charts do by convention. */
function releaseOf(deployment: KubeObject): string | undefined {
  return annotationsOf(deployment)['meta.helm.sh/release-name'] ?? labelsOf(deployment)['app.kubernetes.io/instance']
}

function nothingFound({ deployments }: Inventory, target: Target, namespace: string): string {
  const there = deployments.filter((deployment) => !isOurs(deployment)).map((deployment) => deployment.metadata.name)
  const has = there.length === 0 ? `namespace ${namespace} has none` : `namespace ${namespace} has: ${there.join(', ')}`
  switch (target.kind) {
    case 'any':
      return `There is no Deployment in namespace ${namespace}: choose another with -n`
    case 'deployment':
      return `There is no Deployment ${target.name}; ${has}`
    case 'release':
      return `There is no Deployment of a Helm release ${target.name}; ${has}`
    default:
      return target satisfies never
  }
}

function severalFound(candidates: readonly KubeObject[], target: Target): string {
  const names = candidates.map((deployment) => deployment.metadata.name)
  const where = target.kind === 'release' ? `The Helm release ${target.name}` : 'The namespace'
  return `${where} has several Deployments; say which: ${names.map((name) => `sluice init deployment/${name}`).join(', or ')}`
}
