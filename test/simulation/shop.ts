import type { KubeObject } from '../../api/kube-object.ts'
import { apiVersion } from '../../api/names.ts'
import { namespace, rolloutName, routeNames, serviceName, workloadName } from './sight.ts'
import type { ShopPlan, StepPlan } from './story.ts'

const labels = { app: 'web' }

/** What the chart holds, in that version of the image. */
export function chartOf(plan: ShopPlan, version: string, fate: string): readonly KubeObject[] {
  return [deployment(plan, version, fate), service, ...routeNames.slice(0, plan.routes).map((name) => ingress(name))]
}

export function deployment({ replicas, strategy }: ShopPlan, version: string, fate: string): KubeObject {
  const rolling = strategy === 'Recreate' ? { type: strategy } : { type: 'RollingUpdate', rollingUpdate: strategy }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: workloadName, namespace },
    spec: { replicas, selector: { matchLabels: labels }, strategy: rolling, template: template(version, fate) },
  }
}

/** The fate of the pods goes with the version, so that an old version that comes back is as good as it was. */
export function template(version: string, fate: string) {
  return {
    metadata: { labels, annotations: { 'simulation/fate': fate } },
    spec: {
      containers: [{ name: 'web', image: `registry.example.com/web:${version}`, ports: [{ containerPort: 8080 }] }],
    },
  }
}

const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: serviceName, namespace },
  spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
}

export function ingress(name: string, to = serviceName): KubeObject {
  const backend = { service: { name: to, port: { name: 'http' } } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace },
    spec: {
      ingressClassName: 'nginx',
      rules: [{ host: `${name}.example.com`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  }
}

export const ingressClass: KubeObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: 'nginx' },
  spec: { controller: 'k8s.io/ingress-nginx' },
}

export const shopNamespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }

export function rollout(plan: ShopPlan, steps: readonly StepPlan[] = plan.steps): KubeObject {
  return {
    apiVersion,
    kind: 'Rollout',
    metadata: { name: rolloutName, namespace },
    spec: {
      workloadRef: { kind: 'Deployment', name: workloadName },
      strategy: { canary: canaryOf(plan, steps) },
      traffic: routeNames.slice(0, plan.routes).map((name) => ({ ingress: { name, drain: `${plan.drainSeconds}s` } })),
      progressDeadline: `${plan.deadlineSeconds}s`,
    },
  }
}

/** What is edited when the steps are. */
export function canaryOf({ analysis }: ShopPlan, steps: readonly StepPlan[], advisory = false) {
  if (analysis === undefined) return { steps: steps.map((step) => stepOf(step)) }
  const use = { name: analysisName, deadline: `${analysis.deadlineSeconds}s`, advisory }
  switch (analysis.scope) {
    case 'step':
      return { steps: steps.map((step) => stepOf(step, [{ analysis: use }])) }
    case 'background':
      return { steps: steps.map((step) => stepOf(step)), analysis: [use] }
    case 'promotion':
      return { steps: steps.map((step) => stepOf(step)), beforePromotion: [use] }
    default:
      return analysis.scope satisfies never
  }
}

function stepOf({ gates, ...step }: StepPlan, more: readonly object[] = []) {
  const own = gates.map((gate) => (gate === 'approval' ? { approval: {} } : { pause: `${gate}s` }))
  return { ...step, gates: [...own, ...more] }
}

const analysisName = 'health'

const specOf = (count: number) => ({
  metrics: [
    {
      name: 'success',
      interval: '2s',
      patience: '20s',
      prometheus: {},
      threshold: { query: 'success', pass: 'value >= 0.99', count },
    },
  ],
})

/** One more must pass. */
export const stricterAnalysis = specOf(4)

/** Three measurements must pass, two seconds apart. */
export const analysisObject: KubeObject = {
  apiVersion,
  kind: 'Analysis',
  metadata: { name: analysisName, namespace },
  spec: specOf(3),
}

export function autoscaler(): KubeObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: workloadName },
      minReplicas: 1,
      maxReplicas: 10,
    },
  }
}

/** Somebody else's object under a name that we would give to one of ours. */
export function squatter(what: 'route' | 'service' | 'copy'): KubeObject {
  const others = { app: 'somebody-else' }
  const name = `${workloadName}-canary`
  const metadata = { name, namespace }
  switch (what) {
    case 'route':
      return { ...ingress(name, 'elsewhere'), metadata }
    case 'service':
      return { ...service, metadata, spec: { selector: others, ports: [{ port: 80 }] } }
    case 'copy': {
      const pods = { metadata: { labels: others }, spec: { containers: [{ name: 'x', image: 'x' }] } }
      const spec = { replicas: 1, selector: { matchLabels: others }, template: pods }
      return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec }
    }
    default:
      return what satisfies never
  }
}
