import type { JsonObject } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { deploymentResource } from '../../../api/names.ts'
import { deployment } from './shop.ts'
import type { Wrong } from './validation.ts'

const container = (more: JsonObject): JsonObject => ({ containers: [{ name: 'web', image: 'web', ...more }] })
const inSpec = (spec: JsonObject) => deployment('a', { replicas: 0, spec })
const inPods = (podSpec: JsonObject) => deployment('a', { replicas: 0, podSpec })
const podField = (field: string) => `spec.template.spec.${field}`
const ofDeployment = (what: string, object: KubeObject, ...fields: readonly string[]): Wrong => ({
  what: `a Deployment ${what}`,
  resource: deploymentResource,
  object,
  fields,
})

/** Deployments that are refused. */
export const wrongDeployments: readonly Wrong[] = [
  ofDeployment(
    'whose selector does not match its pods',
    inSpec({ selector: { matchLabels: { app: 'b' } } }),
    'spec.template.metadata.labels',
  ),
  ofDeployment('without a selector', inSpec({ selector: undefined }), 'spec.selector', 'spec.template.metadata.labels'),
  ofDeployment('with an empty selector', inSpec({ selector: {} }), 'spec.selector'),
  ofDeployment('of fewer than no replicas', inSpec({ replicas: -1 }), 'spec.replicas'),
  ofDeployment('with a negative minReadySeconds', inSpec({ minReadySeconds: -1 }), 'spec.minReadySeconds'),
  ofDeployment('without containers', inPods({ containers: [] }), podField('containers')),
  ofDeployment(
    'with a container without an image',
    inPods(container({ image: undefined })),
    podField('containers[0].image'),
  ),
  ofDeployment(
    'with a container without a name',
    inPods(container({ name: undefined })),
    podField('containers[0].name'),
  ),
  ofDeployment(
    'with two containers of one name',
    inPods({
      containers: [
        { name: 'web', image: 'a' },
        { name: 'web', image: 'b' },
      ],
    }),
    podField('containers[1].name'),
  ),
  ofDeployment('with pods that are never started again', inPods({ restartPolicy: 'Never' }), podField('restartPolicy')),
  ofDeployment(
    'that can neither surge nor lack a pod',
    inSpec({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
    'spec.strategy.rollingUpdate.maxUnavailable',
  ),
  ofDeployment(
    'with a surge that is no number',
    inSpec({ strategy: { rollingUpdate: { maxSurge: 'some' } } }),
    'spec.strategy.rollingUpdate.maxSurge',
  ),
  ofDeployment(
    'that may lack more than all pods',
    inSpec({ strategy: { rollingUpdate: { maxUnavailable: '101%' } } }),
    'spec.strategy.rollingUpdate.maxUnavailable',
  ),
  ofDeployment(
    'of type Recreate with a rolling update',
    inSpec({ strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
    'spec.strategy.rollingUpdate',
  ),
  ofDeployment('of a type that is none', inSpec({ strategy: { type: 'Slowly' } }), 'spec.strategy'),
  ofDeployment(
    'whose deadline is not after minReadySeconds',
    inSpec({ minReadySeconds: 9, progressDeadlineSeconds: 9 }),
    'spec.progressDeadlineSeconds',
  ),
  ofDeployment(
    'with a port above 65535',
    inPods(container({ ports: [{ containerPort: 70_000 }] })),
    podField('containers[0].ports[0].containerPort'),
  ),
  ofDeployment(
    'with a port of a name that is none',
    inPods(container({ ports: [{ name: 'A_b', containerPort: 80 }] })),
    podField('containers[0].ports[0].name'),
  ),
  ofDeployment(
    'with a mount of a volume that is not there',
    inPods(container({ volumeMounts: [{ name: 'x', mountPath: '/x' }] })),
    podField('containers[0].volumeMounts[0].name'),
  ),
  ofDeployment(
    'with a probe that does nothing',
    inPods(container({ readinessProbe: { periodSeconds: 5 } })),
    podField('containers[0].readinessProbe'),
  ),
  ofDeployment(
    'with an environment variable without a name',
    inPods(container({ env: [{ value: 'x' }] })),
    podField('containers[0].env[0].name'),
  ),
  ofDeployment(
    'that asks for more than its limit',
    inPods(container({ resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } })),
    podField('containers[0].resources.requests'),
  ),
  ofDeployment(
    'with pods of a label that is none',
    deployment('a', { replicas: 0, labels: { 'a b': 'x' } }),
    'spec.template.labels',
  ),
  ofDeployment(
    'with several faults, all of which are said',
    inSpec({ replicas: -1, minReadySeconds: -1 }),
    'spec.minReadySeconds',
    'spec.replicas',
  ),
]
