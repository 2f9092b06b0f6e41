import { objectOf, type StringMap, stringsOf, textOf } from '../../api/json.ts'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import {
  autoscalerResource,
  deploymentResource,
  ingressClassResource,
  ingressResource,
  serviceResource,
} from '../../api/names.ts'
import type { RolloutSpec } from '../../api/rollout.ts'
import { labelSelectorOf, matches, serviceSelectorOf } from '../../rollout-controller/workload/selectors.ts'
import { classOf, type Ingress, parseIngress, servicesOf } from '../../traffic-providers/ingress.ts'
import { isCanary } from '../../traffic-providers/nginx-annotations.ts'
import { bare, type Sourced } from './bare.ts'
import { type StandsFor, withoutAnalysis } from './without-analysis.ts'

/** What one simulation is made from: the user's objects as they would lie in a cluster of their own. */
export interface Scene {
  readonly name: string
  readonly namespace: string
  readonly spec: RolloutSpec
  readonly deployment: KubeObject
  /** All of them, in the order to create them; the Rollout is the last. */
  readonly objects: readonly Sourced[]
  /** What was made up because it was not given, a sentence each. */
  readonly assumed: readonly string[]
  /** What the pause of a step stands for, by its number, where it is not the user's own. */
  readonly standsFor: StandsFor
}

/** An object that the Rollout cannot do without, and the field that names it. */
export interface Missing {
  readonly kind: string
  readonly name: string
  readonly namedBy: string
}

export type Gathered =
  | { readonly kind: 'scene'; readonly scene: Scene }
  | { readonly kind: 'missing'; readonly missing: readonly Missing[] }

export interface Given {
  readonly rollout: Sourced
  readonly namespace: string
  readonly spec: RolloutSpec
  /** Everything that was read; of two with one name the first counts. */
  readonly all: readonly Sourced[]
  /** The cluster was asked too: what is not here does not exist. */
  readonly isAll: boolean
}

/** Picks what matters to one Rollout: what it names, and what could come in its way. */
export function gather(given: Given): Gathered {
  const { spec } = given
  const deployment = find(given, deploymentResource, spec.workloadRef.name)
  const missing = [
    ...(deployment === undefined
      ? [lack(given, deploymentResource, spec.workloadRef.name, 'spec.workloadRef.name')]
      : []),
    ...missingIngresses(given),
    ...(deployment === undefined ? [] : missingServices(given, deployment)),
  ]
  if (deployment === undefined || missing.length > 0) return { kind: 'missing', missing }
  return { kind: 'scene', scene: sceneOf(given, deployment) }
}

function lack({ rollout }: Given, { kind }: Resource, name: string, field: string): Missing {
  return { kind, name, namedBy: `${field} of Rollout ${rollout.object.metadata.name}` }
}

const missingIngresses = (given: Given): readonly Missing[] =>
  given.spec.traffic.flatMap(({ name }, index) => {
    if (find(given, ingressResource, name) !== undefined) return []
    return [lack(given, ingressResource, name, `spec.traffic[${index}].ingress.name`)]
  })

/** The Services that the routes send to, when none of those that are here selects the workload's pods. */
function missingServices(given: Given, deployment: Sourced): readonly Missing[] {
  const labels = podLabelsOf(deployment)
  const backends = routesOf(given).flatMap((route) => servicesOf(route).map((service) => ({ service, route })))
  if (backends.some(({ service }) => selects(find(given, serviceResource, service), labels))) return []
  return backends
    .filter(({ service }) => find(given, serviceResource, service) === undefined)
    .map(({ service, route }) => ({
      kind: serviceResource.kind,
      name: service,
      namedBy: `a path of Ingress ${route.name}`,
    }))
}

/** The Ingresses of the spec, those that are here. */
function routesOf(given: Given): readonly Ingress[] {
  return given.spec.traffic.flatMap(({ name }) => {
    const ingress = find(given, ingressResource, name)
    return ingress === undefined ? [] : [parseIngress(ingress.object)]
  })
}

function find(given: Given, resource: Resource, name: string): Sourced | undefined {
  return ofKind(given, resource).find(({ object }) => object.metadata.name === name)
}

/** Those of a kind, whatever its version, in the Rollout's namespace; an object that names none is taken to be there. */
function ofKind({ all, namespace }: Given, resource: Resource): readonly Sourced[] {
  return all.filter(
    ({ object: { kind, apiVersion, metadata } }) =>
      kind === resource.kind &&
      groupOf(apiVersion) === resource.group &&
      (!resource.namespaced || (metadata.namespace ?? namespace) === namespace),
  )
}

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '')

const podLabelsOf = ({ object }: Sourced): StringMap =>
  stringsOf(objectOf(objectOf(objectOf(object['spec'])['template'])['metadata'])['labels'])

function selects(service: Sourced | undefined, labels: StringMap): boolean {
  const selector = serviceSelectorOf(objectOf(service?.object['spec'])['selector'])
  return selector !== undefined && matches(selector, labels)
}

function sceneOf(given: Given, deployment: Sourced): Scene {
  const { namespace } = given
  const { rollout, spec, assumed, standsFor } = withoutAnalysis(given.rollout.object, given.spec)
  const madeUp = given.isAll ? [] : missingClasses(given)
  const chosen = [
    ...madeUp.map((name) => ({ object: nginxClass(name), from: 'an assumption' })),
    ...ofKind(given, ingressClassResource),
    deployment,
    ...rivals(given, deployment),
    ...servicesAround(given, podLabelsOf(deployment)),
    ...ofKind(given, ingressResource).filter((ingress) => isInTheWay(given, ingress)),
    ...ofKind(given, autoscalerResource).filter(({ object }) => scaledBy(object) === spec.workloadRef.name),
    { object: rollout, from: given.rollout.from },
  ]
  return {
    name: rollout.metadata.name,
    namespace,
    spec,
    deployment: deployment.object,
    objects: chosen.map(({ object, from }) => ({ object: bare(object, namespaceOf(object, namespace)), from })),
    assumed: [
      ...madeUp.map((name) => `IngressClass ${name} is in none of the files: taken as one of ingress-nginx`),
      ...assumed,
    ],
    standsFor,
  }
}

const namespaceOf = ({ kind }: KubeObject, namespace: string): string | undefined =>
  kind === ingressClassResource.kind ? undefined : namespace

/** Charts do not bring their IngressClass along; that called nginx is known without. */
function missingClasses(given: Given): readonly string[] {
  const named = routesOf(given).flatMap((route) => classOf(route) ?? [])
  return [...new Set(named)].filter((name) => name !== 'nginx' && find(given, ingressClassResource, name) === undefined)
}

const nginxClass = (name: string): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: ingressClassResource.kind,
  metadata: { name },
  spec: { controller: 'k8s.io/ingress-nginx' },
})

/** Other Deployments whose selector takes the workload's pods; without pods of their own. */
function rivals(given: Given, deployment: Sourced): readonly Sourced[] {
  const labels = podLabelsOf(deployment)
  return ofKind(given, deploymentResource)
    .filter(({ object }) => object.metadata.name !== deployment.object.metadata.name)
    .filter(({ object }) => matches(labelSelectorOf(objectOf(object['spec'])['selector']), labels))
    .map(({ object, from }) => ({ object: { ...object, spec: { ...objectOf(object['spec']), replicas: 0 } }, from }))
}

/** Those that a route sends to, and those that would find the copy's pods. */
function servicesAround(given: Given, labels: StringMap): readonly Sourced[] {
  const named = routesOf(given).flatMap(servicesOf)
  return ofKind(given, serviceResource).filter(
    (service) => named.includes(service.object.metadata.name) || selects(service, labels),
  )
}

/** The Rollout's own, and other people's canaries. */
function isInTheWay({ spec }: Given, { object: { metadata } }: Sourced): boolean {
  return spec.traffic.some(({ name }) => name === metadata.name) || isCanary(metadata.annotations ?? {})
}

const scaledBy = ({ spec }: KubeObject): string | undefined =>
  textOf(objectOf(objectOf(spec)['scaleTargetRef'])['name'])
