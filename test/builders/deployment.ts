import type { KubeObject } from '../../api/kube-object.ts'

type Json = Readonly<Record<string, unknown>>

export interface DeploymentParts {
  readonly metadata?: Json
  readonly spec?: Json
  readonly labels?: Readonly<Record<string, string>>
  readonly podSpec?: Json
  readonly status?: Json
}

/** Deployment shop/web of four pods with the label app=web; a test names what matters to it. */
export function deploymentWith({ metadata, spec, labels, podSpec, status }: DeploymentParts = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-web', resourceVersion: '1', generation: 1, ...metadata },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: labels ?? { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'web:v1' }], ...podSpec },
      },
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  }
}
