import type { Clock } from '../api/clock.ts'
import type { KubeObject, Resource } from '../api/kube-object.ts'
import {
  analysisResource,
  autoscalerResource,
  clusterAnalysisResource,
  decisionResource,
  deploymentResource,
  endpointSliceResource,
  holdPolicyName,
  ingressClassResource,
  ingressResource,
  mutatingBindingResource,
  mutatingPolicyResource,
  ownerUidLabel,
  podTemplateResource,
  rolloutLabel,
  rolloutResource,
  serviceResource,
} from '../api/names.ts'
import type { KubeClient, Selection } from '../kube/types.ts'
import { createFactCache, type FactCache, type FactChange } from './fact-cache.ts'
import {
  type AnalysisFacts,
  type AutoscalerFacts,
  analysisFactsOf,
  autoscalerFactsOf,
  type EndpointFacts,
  endpointFactsOf,
  type PolicyFacts,
  policyFactsOf,
  type RolloutFacts,
  rolloutFactsOf,
  type ServiceFacts,
  serviceFactsOf,
  type TemplateFacts,
  templateFactsOf,
} from './facts.ts'
import { type DecisionFacts, decisionFactsOf } from './parsed.ts'
import { type DeploymentFacts, deploymentFactsOf } from './workload/deployment-facts.ts'

/** What each cache holds. */
interface Kinds {
  readonly rollouts: RolloutFacts
  readonly decisions: DecisionFacts
  readonly analyses: AnalysisFacts
  readonly clusterAnalyses: AnalysisFacts
  readonly deployments: DeploymentFacts
  readonly services: ServiceFacts
  readonly endpoints: EndpointFacts
  readonly ingresses: KubeObject
  readonly ingressClasses: KubeObject
  readonly autoscalers: AutoscalerFacts
  readonly templates: TemplateFacts
  readonly policies: PolicyFacts
  readonly bindings: PolicyFacts
}

/** Everything that is observed and not read live. */
export type Caches = { readonly [K in keyof Kinds]: FactCache<Kinds[K]> }

/** Who hears of changes, kind by kind. */
export type Listeners = { readonly [K in keyof Kinds]: (change: FactChange<Kinds[K]>) => void }

export interface CachesOptions {
  readonly client: Pick<KubeClient, 'list' | 'watch'>
  readonly clock: Clock
  readonly random?: () => number
  /** Only this namespace; all of them when it is left out. */
  readonly namespace?: string
  readonly listeners: Listeners
  readonly onProblem: (resource: Resource, error: unknown) => void
}

export const byOwner = 'owner'
export const byRollout = 'rollout'
export const byService = 'service'
export const byWorkload = 'workload'

export function createCaches(options: CachesOptions): Caches {
  const { client, clock, listeners } = options
  const everywhere = (resource: Resource) => ({
    client,
    clock,
    ...(options.random === undefined ? {} : { random: options.random }),
    resource,
    onProblem: (error: unknown) => options.onProblem(resource, error),
  })
  const within: Selection = options.namespace === undefined ? {} : { namespace: options.namespace }
  const kind = (resource: Resource) => ({ ...everywhere(resource), ...within })
  const named = { fieldSelector: `metadata.name=${holdPolicyName}` }
  return {
    rollouts: createFactCache({
      ...kind(rolloutResource),
      factsOf: rolloutFactsOf,
      indexes: {
        [byWorkload]: ({ namespace, workload }) => (workload === undefined ? [] : [`${namespace}/${workload}`]),
        [byOwner]: ({ uid }) => [uid],
      },
      onChange: listeners.rollouts,
    }),
    decisions: createFactCache({
      ...kind(decisionResource),
      factsOf: decisionFactsOf,
      indexes: { [byRollout]: ({ namespace, rollout }) => [`${namespace}/${rollout}`] },
      onChange: listeners.decisions,
    }),
    analyses: createFactCache({
      ...kind(analysisResource),
      factsOf: analysisFactsOf,
      onChange: listeners.analyses,
    }),
    clusterAnalyses: createFactCache({
      ...everywhere(clusterAnalysisResource),
      factsOf: analysisFactsOf,
      onChange: listeners.clusterAnalyses,
    }),
    deployments: createFactCache({
      ...kind(deploymentResource),
      factsOf: deploymentFactsOf,
      indexes: { [byOwner]: ({ labels }) => present(labels[ownerUidLabel]), [byRollout]: claimKey },
      onChange: listeners.deployments,
    }),
    services: createFactCache({
      ...kind(serviceResource),
      factsOf: serviceFactsOf,
      indexes: { [byOwner]: ({ ownerUid }) => present(ownerUid) },
      onChange: listeners.services,
    }),
    endpoints: createFactCache({
      ...kind(endpointSliceResource),
      factsOf: endpointFactsOf,
      indexes: { [byService]: ({ namespace, service }) => [`${namespace}/${service}`] },
      onChange: listeners.endpoints,
    }),
    ingresses: createFactCache({
      ...kind(ingressResource),
      factsOf: (object) => object,
      indexes: { [byOwner]: ({ metadata }) => present(metadata.labels?.[ownerUidLabel]) },
      onChange: listeners.ingresses,
    }),
    ingressClasses: createFactCache({
      ...everywhere(ingressClassResource),
      factsOf: (object) => object,
      onChange: listeners.ingressClasses,
    }),
    autoscalers: createFactCache({
      ...kind(autoscalerResource),
      factsOf: autoscalerFactsOf,
      indexes: {
        [byWorkload]: ({ namespace, targetKind, targetName }) => [`${namespace}/${targetKind}/${targetName}`],
      },
      onChange: listeners.autoscalers,
    }),
    templates: createFactCache({
      ...kind(podTemplateResource),
      factsOf: templateFactsOf,
      indexes: { [byOwner]: ({ ownerUid }) => present(ownerUid) },
      onChange: listeners.templates,
    }),
    policies: createFactCache({
      ...everywhere(mutatingPolicyResource),
      ...named,
      factsOf: policyFactsOf,
      onChange: listeners.policies,
    }),
    bindings: createFactCache({
      ...everywhere(mutatingBindingResource),
      ...named,
      factsOf: policyFactsOf,
      onChange: listeners.bindings,
    }),
  }
}

const present = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value])

const claimKey = ({ namespace, labels }: DeploymentFacts): readonly string[] =>
  present(labels[rolloutLabel]).map((name) => `${namespace}/${name}`)

/** Takes the answer of our own write into the cache of its kind, so that the next look sees it. */
export function rememberWrite(caches: Caches, object: KubeObject): void {
  const written: Readonly<Record<string, Pick<FactCache<unknown>, 'upsert'>>> = {
    [deploymentResource.kind]: caches.deployments,
    [serviceResource.kind]: caches.services,
    [ingressResource.kind]: caches.ingresses,
    [podTemplateResource.kind]: caches.templates,
    [decisionResource.kind]: caches.decisions,
  }
  written[object.kind]?.upsert(object)
}
