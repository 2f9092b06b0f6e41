import type { Verb } from '../../api/decision.ts'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import {
  analysisResource,
  apiVersion,
  bypassAnnotation,
  decisionResource,
  deploymentResource,
  ingressResource,
  podTemplateResource,
  rolloutLabel,
  rolloutResource,
  serviceResource,
} from '../../api/names.ts'
import { holdPolicy } from '../../api/policies/hold.ts'
import type { AnyPatch, Api } from '../../sandbox/server/api.ts'
import { Refusal } from '../../sandbox/server/refusal.ts'
import { resourceOf } from '../../sandbox/server/resource-of.ts'
import type { ChronicleKeeper } from './chronicle.ts'
import {
  analysisObject,
  autoscaler,
  canaryOf,
  chartOf,
  ingress,
  rollout,
  squatter,
  stricterAnalysis,
  template,
} from './shop.ts'
import { copyName, namespace, rolloutName, routeNames, type Sight, serviceName, workloadName } from './sight.ts'
import type { Act, ShopPlan } from './story.ts'

/** What an act may use of the world. */
export interface Stage {
  readonly api: Api
  readonly plan: ShopPlan
  readonly look: () => Sight
  readonly chronicle: ChronicleKeeper
  /** Trouble for the pods of a Deployment. */
  readonly trouble: (of: string, what: 'crash' | 'unready' | 'evict' | 'mend') => void
  readonly loseNode: () => void
}

const user = { username: 'ann', groups: ['system:masters', 'system:authenticated'] }
const named = (name: string) => ({ namespace, name })

/** Does what a person does. What the API server refuses, the person reads and leaves at that. */
export function perform(stage: Stage, act: Act): string {
  try {
    return doAct(stage, act)
  } catch (error) {
    if (error instanceof Refusal) return `${act.kind}: refused, ${error.message}`
    throw error
  }
}

function doAct(stage: Stage, act: Act): string {
  const { api, plan, chronicle } = stage
  switch (act.kind) {
    case 'upgrade':
      patch(stage, deploymentResource, workloadName, { spec: { template: template(act.version, act.fate) } })
      return `helm upgrade to ${act.version}, whose pods are ${act.fate}`
    case 'decide':
      return decide(stage, act.verb, act.about)
    case 'edit-steps':
      patch(stage, rolloutResource, rolloutName, { spec: { strategy: { canary: canaryOf(plan, act.steps) } } })
      return `the steps are edited: ${JSON.stringify(act.steps)}`
    case 'break-spec':
      patch(stage, rolloutResource, rolloutName, { spec: { traffic: [{ ingress: { name: 'nowhere' } }] } })
      return 'the Rollout names an Ingress that does not exist'
    case 'edit-analysis':
      return editAnalysis(stage, act.what)
    case 'edit-route':
      return editRoute(stage, act.what)
    case 'scale':
      patch(stage, deploymentResource, workloadName, { spec: { replicas: act.replicas } })
      return `kubectl scale to ${act.replicas}`
    case 'delete-rollout':
      api.delete(rolloutResource, named(rolloutName), { propagationPolicy: act.propagation, caller: user })
      return `kubectl delete rollout, ${act.propagation}`
    case 'create-rollout':
      api.create(rolloutResource, rollout(plan), { caller: user })
      return 'the Rollout is made again'
    case 'uninstall-chart':
      for (const object of chartOf(plan, 'v1', 'healthy')) remove(stage, object)
      return 'helm uninstall'
    case 'install-chart':
      for (const object of chartOf(plan, act.version, 'healthy')) createIfGone(stage, object)
      return `helm install of ${act.version}`
    case 'delete-ours':
      return deleteOurs(stage, act.what)
    case 'squat':
      createIfGone(stage, squatter(act.what))
      return `somebody makes a ${act.what} of the name that ours has`
    case 'take-label-off':
      chronicle.excuses.holdWasOff = true
      patch(stage, deploymentResource, workloadName, { metadata: { labels: { [rolloutLabel]: null } } })
      return 'our label is taken off the workload'
    case 'bypass-by-hand':
      chronicle.excuses.holdWasOff = true
      patch(stage, deploymentResource, workloadName, {
        metadata: { annotations: { [bypassAnnotation]: act.on ? 'fire' : null } },
      })
      return `the bypass annotation is ${act.on ? 'put on' : 'taken off'}`
    case 'resume-by-hand':
      patch(stage, deploymentResource, workloadName, { spec: { paused: false } })
      return 'kubectl rollout resume'
    case 'autoscaler':
      if (act.on) createIfGone(stage, autoscaler())
      else remove(stage, autoscaler())
      return `an HPA ${act.on ? 'comes' : 'goes'}`
    case 'policies':
      if (!act.on) chronicle.excuses.holdWasOff = true
      for (const policy of holdPolicy) {
        if (act.on) createIfGone(stage, policy)
        else remove(stage, policy)
      }
      return `the hold's policies are ${act.on ? 'installed' : 'deleted'}`
    case 'pods':
      stage.trouble(act.of === 'stable' ? workloadName : copyName, act.trouble)
      return `pods of ${act.of}: ${act.trouble}`
    case 'lose-node':
      stage.loseNode()
      return 'a node is lost'
    default:
      return act satisfies never
  }
}

function editAnalysis(stage: Stage, what: (Act & { readonly kind: 'edit-analysis' })['what']): string {
  const { plan } = stage
  switch (what) {
    case 'metric':
      patch(stage, analysisResource, analysisObject.metadata.name, { spec: stricterAnalysis })
      return 'the Analysis is edited'
    case 'gone':
      remove(stage, analysisObject)
      return 'the Analysis is deleted'
    case 'back':
      createIfGone(stage, analysisObject)
      return 'the Analysis is made again'
    case 'advice':
    case 'judge': {
      const canary = canaryOf(plan, plan.steps, what === 'advice')
      patch(stage, rolloutResource, rolloutName, { spec: { strategy: { canary } } })
      return `the analysis is for ${what === 'advice' ? 'advice only' : 'judging'}`
    }
    default:
      return what satisfies never
  }
}

function patch({ api }: Stage, resource: Resource, name: string, body: unknown): void {
  const change: AnyPatch = { type: 'merge', body }
  api.patch(resource, named(name), change, { caller: user })
}

function remove({ api }: Stage, object: KubeObject): void {
  const resource = resourceOf(api, object)
  if (api.find(resource, object.metadata))
    api.delete(resource, object.metadata, { caller: user, propagationPolicy: 'Background' })
}

function createIfGone({ api }: Stage, object: KubeObject): void {
  const resource = resourceOf(api, object)
  if (!api.find(resource, object.metadata)) api.create(resource, object, { caller: user })
}

function editRoute(stage: Stage, what: 'host' | 'annotation' | 'backend' | 'gone' | 'back'): string {
  const [name] = routeNames
  switch (what) {
    case 'host':
      patch(stage, ingressResource, name, {
        spec: { rules: [{ ...firstRule(ingress(name)), host: 'www.example.com' }] },
      })
      break
    case 'annotation':
      patch(stage, ingressResource, name, {
        metadata: { annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': '8m' } },
      })
      break
    case 'backend':
      patch(stage, ingressResource, name, { spec: { rules: [firstRule(ingress(name, 'elsewhere'))] } })
      break
    case 'gone':
      remove(stage, ingress(name))
      break
    case 'back':
      remove(stage, ingress(name))
      createIfGone(stage, ingress(name))
      break
    default:
      what satisfies never
  }
  return `Ingress ${name} is edited: ${what}`
}

function firstRule({ spec }: KubeObject): object {
  const { rules } = spec as { readonly rules: readonly object[] }
  return rules[0] ?? {}
}

function deleteOurs(stage: Stage, what: 'route' | 'service' | 'copy' | 'stable-template'): string {
  stage.chronicle.excuses.oursWereTouched = true
  const [resource, name] = {
    route: [ingressResource, `${routeNames[0]}-canary`] as const,
    service: [serviceResource, `${serviceName}-canary`] as const,
    copy: [deploymentResource, copyName] as const,
    'stable-template': [podTemplateResource, `${rolloutName}-stable`] as const,
  }[what]
  stage.api.delete(resource, named(name), { caller: user, propagationPolicy: 'Background' })
  return `somebody deletes our ${what}`
}

/** A Decision about what the status shows now, or about an attempt that is past. */
function decide({ api, look, chronicle }: Stage, verb: Verb, about: 'now' | 'past'): string {
  const { attempt = '', step = 1, stepHash = '' } = look().rollout?.status?.release ?? {}
  if (verb === 'bypass') chronicle.excuses.holdWasOff = true
  const past = { attempt: '0123456789-1', step, stepHash }
  const now = attempt === '' ? {} : { attempt, ...(verb === 'approve' ? { step, stepHash } : {}) }
  const spec = { rollout: rolloutName, verb, decidedBy: user.username, ...(about === 'past' ? past : now) }
  const { object } = api.create(
    decisionResource,
    {
      apiVersion,
      kind: 'Decision',
      metadata: { generateName: 'decision-', namespace } as unknown as KubeObject['metadata'],
      spec,
    },
    { caller: user },
  )
  const { rollout: asked } = look()
  if (asked?.deleting !== false) chronicle.excuses.strayDecisions++
  const phase = asked?.deleting === false ? asked.status?.phase : undefined
  chronicle.decided({ name: object.metadata.name, uid: object.metadata.uid ?? '', createdAt: '', ...spec }, phase)
  return `${verb} ${about === 'past' ? 'of an attempt that never was' : `of ${attempt} step ${step}`}`
}
