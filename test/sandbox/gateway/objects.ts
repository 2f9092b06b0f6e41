import type { KubeObject } from '../../../api/kube-object.ts'
import type { RoutingObjects } from '../../../sandbox/gateway/routing-table.ts'

export interface PathWish {
  readonly host?: string
  readonly path?: string
  readonly pathType?: string
  readonly service?: string
  readonly port?: string | number
}

export interface IngressWish {
  readonly name?: string
  readonly namespace?: string
  readonly age?: number
  readonly className?: string | undefined
  readonly annotations?: Readonly<Record<string, string>>
  readonly paths?: readonly PathWish[]
  readonly fallback?: string
}

/** An Ingress for web.test/ → Service web, port http. A greater `age` is older. */
export function ingress(wish: IngressWish = {}): KubeObject {
  const { name = 'web', namespace = 'shop', age = 1, annotations = {}, paths = [{}], fallback } = wish
  const className = 'className' in wish ? wish.className : 'nginx'
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace, annotations, creationTimestamp: new Date(1e12 - age * 1000).toISOString() },
    spec: {
      ...(className === undefined ? {} : { ingressClassName: className }),
      ...(fallback === undefined ? {} : { defaultBackend: backend(fallback, 'http') }),
      rules: paths.map(({ host = 'web.test', path = '/', pathType = 'Prefix', service = 'web', port = 'http' }) => ({
        ...(host === '' ? {} : { host }),
        http: { paths: [{ path, pathType, backend: backend(service, port) }] },
      })),
    },
  }
}

const backend = (name: string, port: string | number) => ({
  service: { name, port: typeof port === 'number' ? { number: port } : { name: port } },
})

/** A canary for web.test/ → Service web-canary, younger than its main Ingress. */
export function canary(weight: number | string, wish: IngressWish = {}, total?: number): KubeObject {
  const annotations = {
    'nginx.ingress.kubernetes.io/canary': 'true',
    'nginx.ingress.kubernetes.io/canary-weight': String(weight),
    ...(total === undefined ? {} : { 'nginx.ingress.kubernetes.io/canary-weight-total': String(total) }),
  }
  const paths = wish.paths ?? [{ service: 'web-canary' }]
  return ingress({ name: 'web-canary', age: 0, ...wish, paths, annotations: { ...annotations, ...wish.annotations } })
}

export const nginxClass = (name = 'nginx', controller = 'k8s.io/ingress-nginx'): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name },
  spec: { controller },
})

/** A Service on port 80, named http, with ready pods at these addresses, and a slice of those that are not. */
export function service(
  name: string,
  ready: readonly string[],
  unready: readonly string[] = [],
): Partial<RoutingObjects> {
  const metadata = { name, namespace: 'shop' }
  return {
    services: [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { ports: [{ name: 'http', port: 80, targetPort: 'web', protocol: 'TCP' }] },
      },
    ],
    endpointSlices: [
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: `${name}-1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
        ports: [
          { name: 'http', port: 8080, protocol: 'TCP' },
          { name: 'metrics', port: 9090, protocol: 'TCP' },
        ],
        endpoints: [
          ...ready.map((address) => ({ addresses: [address], conditions: { ready: true } })),
          ...unready.map((address) => ({ addresses: [address], conditions: { ready: false } })),
        ],
      },
    ],
  }
}

/** All of it together, with a class called nginx. */
export function objects(
  ingresses: readonly KubeObject[],
  ...parts: readonly Partial<RoutingObjects>[]
): RoutingObjects {
  return {
    ingresses,
    classes: parts.find(({ classes }) => classes !== undefined)?.classes ?? [nginxClass()],
    services: parts.flatMap(({ services }) => services ?? []),
    endpointSlices: parts.flatMap(({ endpointSlices }) => endpointSlices ?? []),
  }
}
