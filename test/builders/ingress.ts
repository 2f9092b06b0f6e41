import type { KubeObject } from '../../api/kube-object.ts'
import type { Route } from '../../traffic-providers/provider.ts'
import { stored } from './apply-writes.ts'

type Annotations = Readonly<Record<string, string>>

export interface IngressParts {
  readonly name?: string
  readonly namespace?: string
  readonly annotations?: Annotations
  readonly labels?: Readonly<Record<string, string>>
  readonly spec?: Readonly<Record<string, unknown>>
}

/** An Ingress as the server returns it: `web` in `shop`, one host, everything to Service `web`, class nginx. */
export const ingress = ({
  name = 'web',
  namespace = 'shop',
  annotations,
  labels,
  spec,
}: IngressParts = {}): KubeObject =>
  stored({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace,
      uid: `uid-of-${name}`,
      ...(annotations && { annotations }),
      ...(labels && { labels }),
    },
    spec: { ingressClassName: 'nginx', rules: [rule('shop.example.com', pathTo('web'))], ...spec },
  })

export const rule = (host: string, ...paths: readonly unknown[]) => ({ host, http: { paths } })

export const pathTo = (service: string, path = '/', port: { name: string } | { number: number } = { number: 80 }) => ({
  path,
  pathType: 'Prefix',
  backend: { service: { name: service, port } },
})

export const ingressClass = (name: string, controller: string, annotations?: Annotations): KubeObject =>
  stored({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name, ...(annotations && { annotations }) },
    spec: { controller },
  })

/** The route of Rollout `web` in `shop`, with Service `web`. */
export const ingressRoute = (parts: Partial<Route> = {}): Route => ({
  target: { kind: 'ingress', name: 'web' },
  namespace: 'shop',
  owner: { rollout: 'web', uid: 'rollout-uid', revision: 'abc123' },
  canaryServices: { web: 'web-canary' },
  ...parts,
})
