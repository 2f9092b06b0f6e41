import type { DefaultPrometheus } from './analysis.ts'
import type { KubeObject } from './kube-object.ts'
import { serviceAccountName, systemNamespace } from './names.ts'
import { prometheusArgs } from './prometheus-args.ts'

const port = 8080
const labels = { 'app.kubernetes.io/name': 'sluice', 'app.kubernetes.io/component': 'controller' }

export interface ControllerImage {
  readonly image: string
  /** The Prometheus of metrics that name none. */
  readonly prometheus?: DefaultPrometheus
  /** What an Analysis of a namespace may ask besides: `host`, `host:port` or `*.domain`. */
  readonly allowedMetricsAddresses?: readonly string[]
}

/** The controller in the cluster. It fits the `restricted` pod security standard, which its namespace enforces. */
export function controllerDeployment(controller: ControllerImage): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: serviceAccountName, namespace: systemNamespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName,
          securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [container(controller)],
        },
      },
    },
  }
}

function container({ image, prometheus, allowedMetricsAddresses = [] }: ControllerImage) {
  return {
    name: 'controller',
    image,
    args: [
      'controller',
      '--in-cluster',
      ...(prometheus === undefined ? [] : prometheusArgs(prometheus).map(asLiteral)),
      ...allowedMetricsAddresses.map((address) => `--allow-metrics-address=${address}`),
    ],
    // a small young generation: the garbage of the first lists would stay resident otherwise (docs/benchmark.md)
    env: [{ name: 'NODE_OPTIONS', value: '--max-semi-space-size=4' }],
    ports: [{ name: 'http', containerPort: port }],
    livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 10 },
    readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 5 },
    resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  }
}

/** In the arguments of a container `$(NAME)` would be filled in. */
const asLiteral = (arg: string): string => arg.replaceAll('$', '$$$$')
