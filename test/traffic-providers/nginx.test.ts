import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { canaryName } from '../../api/canary-name.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { ownerUidLabel, revisionAnnotation, roleLabel } from '../../api/names.ts'
import { nginx } from '../../traffic-providers/nginx.ts'
import type { LiveObjects, RouteIntent } from '../../traffic-providers/provider.ts'
import { providerFor } from '../../traffic-providers/registry.ts'
import { type IngressParts, ingress, ingressClass, ingressRoute, pathTo, rule } from '../builders/ingress.ts'
import { describeProvider, settle } from '../contracts/traffic-provider.ts'

const nginxKey = (name: string): string => `nginx.ingress.kubernetes.io/${name}`
const nginxClass = ingressClass('nginx', 'k8s.io/ingress-nginx')
const route = ingressRoute()
const split = (canary: number): RouteIntent => ({ kind: 'split', canary })
const bring = (live: LiveObjects, ...intents: readonly RouteIntent[]) =>
  intents.reduce((world, intent) => settle(nginx, route, intent, world), live)

function oursIn(live: LiveObjects): KubeObject {
  const ours = live.find(({ metadata }) => metadata.labels?.[ownerUidLabel] !== undefined)
  if (ours === undefined) throw new Error('nothing of ours')
  return ours
}

const manyRules = ingress({
  annotations: {
    'meta.helm.sh/release-name': 'web',
    'cert-manager.io/cluster-issuer': 'letsencrypt',
    'argocd.argoproj.io/tracking-id': 'web:networking.k8s.io/Ingress:shop/web',
    'external-dns.alpha.kubernetes.io/hostname': 'shop.example.com',
    'kubectl.kubernetes.io/last-applied-configuration': '{}',
    [nginxKey('rewrite-target')]: '/$2',
    [nginxKey('proxy-body-size')]: '8m',
  },
  labels: { 'app.kubernetes.io/managed-by': 'Helm', 'helm.sh/chart': 'web-1.0.0' },
  spec: {
    defaultBackend: { service: { name: 'fallback', port: { number: 80 } } },
    tls: [{ hosts: ['shop.example.com', 'api.example.com'], secretName: 'shop-tls' }],
    rules: [
      rule('shop.example.com', pathTo('web'), pathTo('images', '/images'), pathTo('web', '/cart', { name: 'http' })),
      rule('images.example.com', pathTo('images')),
      rule('api.example.com', { ...pathTo('api', '/v1', { name: 'grpc' }), pathType: 'Exact' }),
    ],
  },
})
const twoServices = ingressRoute({ canaryServices: { web: 'web-canary', api: 'api-canary' } })
const bystanders = [
  nginxClass,
  ingress({ name: 'other', spec: { rules: [rule('other.example.com', pathTo('other'))] } }),
  ingress({ name: 'web-canary', namespace: 'elsewhere', annotations: { [nginxKey('canary')]: 'true' } }),
]

describeProvider('nginx', {
  provider: providerFor('ingress'),
  routes: [
    { title: 'one host, one path', route, live: [ingress(), ...bystanders] },
    {
      title: 'several hosts, paths and Services, TLS, named ports',
      route: twoServices,
      live: [manyRules, ...bystanders],
    },
    {
      title: 'class by annotation, rules without a host or a path',
      route,
      live: [
        ingress({
          annotations: { 'kubernetes.io/ingress.class': 'nginx' },
          spec: {
            ingressClassName: undefined,
            rules: [{ http: { paths: [{ pathType: 'ImplementationSpecific', backend: pathTo('web').backend }] } }],
          },
        }),
      ],
    },
    {
      title: 'parts of a thousand',
      route,
      live: [ingress({ annotations: { [nginxKey('canary-weight-total')]: '1000' } })],
    },
    { title: 'parts of 150', route, live: [ingress({ annotations: { [nginxKey('canary-weight-total')]: '150' } })] },
    {
      title: 'no class in a cluster without classes',
      route,
      live: [ingress({ spec: { ingressClassName: undefined } })],
    },
    {
      title: 'a very long name',
      route: ingressRoute({ target: { kind: 'ingress', name: 'w'.repeat(200) } }),
      live: [ingress({ name: 'w'.repeat(200) }), ...bystanders],
    },
    {
      title: 'sticky sessions',
      route,
      live: [ingress({ annotations: { [nginxKey('affinity')]: 'cookie' } }), nginxClass],
    },
  ],
})

describe('our Ingress', () => {
  const ours = oursIn(settle(nginx, twoServices, split(20), [manyRules]))

  it('has the paths of the workload only, with the canary Services and the same ports', () => {
    expect(ours.spec).toEqual({
      ingressClassName: 'nginx',
      tls: [{ hosts: ['shop.example.com', 'api.example.com'], secretName: 'shop-tls' }],
      rules: [
        rule('shop.example.com', pathTo('web-canary'), pathTo('web-canary', '/cart', { name: 'http' })),
        rule('api.example.com', { ...pathTo('api-canary', '/v1', { name: 'grpc' }), pathType: 'Exact' }),
      ],
    })
  })

  it('carries nothing that another tool would act on', () => {
    expect(ours.metadata.labels).toEqual({
      'app.kubernetes.io/managed-by': 'sluice',
      [ownerUidLabel]: 'rollout-uid',
      [roleLabel]: 'route',
    })
    expect(ours.metadata.annotations).toEqual({
      [nginxKey('rewrite-target')]: '/$2',
      [nginxKey('proxy-body-size')]: '8m',
      [nginxKey('canary')]: 'true',
      [nginxKey('canary-weight')]: '20',
      [revisionAnnotation]: 'abc123',
    })
  })

  it('has the finer total that the user wishes for, and only that', () => {
    const weights = (total: string) => {
      const user = ingress({ annotations: { [nginxKey('canary-weight-total')]: total } })
      const annotations = oursIn(bring([user], split(25))).metadata.annotations ?? {}
      return [annotations[nginxKey('canary-weight')], annotations[nginxKey('canary-weight-total')]]
    }
    expect(weights('1000')).toEqual(['250', '1000'])
    expect(weights('10')).toEqual(['25', undefined])
    expect(weights('many')).toEqual(['25', undefined])
  })

  it('keeps the class where the user has it', () => {
    const user = ingress({
      annotations: { 'kubernetes.io/ingress.class': 'nginx' },
      spec: { ingressClassName: undefined },
    })
    const annotated = oursIn(bring([user], { kind: 'registered' }))
    expect(annotated.metadata.annotations).toMatchObject({ 'kubernetes.io/ingress.class': 'nginx' })
    expect(annotated.spec).not.toHaveProperty('ingressClassName')
  })

  it('is brought back to what it should be, at its weight, when someone edits it', () => {
    const world = bring([ingress()], split(30))
    const right = oursIn(world)
    const edited: KubeObject = {
      ...right,
      metadata: {
        ...right.metadata,
        annotations: {
          [nginxKey('canary')]: 'true',
          [nginxKey('canary-by-header')]: 'x-canary',
          'someone.io/note': 'hi',
        },
        ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'x' }],
      },
      spec: { rules: [rule('elsewhere.example.com', pathTo('web-canary'))] },
    }
    const drifted = world.map((object) => (object === right ? edited : object))
    expect(nginx.read(route, drifted)).toMatchObject({ canary: 0, reachable: true })
    const repaired = oursIn(bring(drifted, split(30)))
    expect(repaired.spec).toEqual(right.spec)
    expect(repaired.metadata).not.toHaveProperty('ownerReferences')
    expect(repaired.metadata.annotations).toEqual({ ...right.metadata.annotations, 'someone.io/note': 'hi' })
  })

  it('follows the user, who changes paths half-way, without losing its weight', () => {
    const changed = ingress({ spec: { rules: [rule('new.example.com', pathTo('web', '/new'))] } })
    const world = bring([ingress()], split(30)).map((object) => (object.metadata.name === 'web' ? changed : object))
    const writes = nginx.render(route, split(30), world)
    expect(writes.map(({ kind }) => kind)).toEqual(['update'])
    const after = bring(world, split(30))
    expect(nginx.read(route, world).inStep).toBe(false)
    expect(nginx.read(route, after)).toMatchObject({ canary: 30, inStep: true })
    expect(oursIn(after).spec).toMatchObject({ rules: [rule('new.example.com', pathTo('web-canary', '/new'))] })
  })

  it('goes when no path leads to the workload any more: it would take part of somebody else’s traffic', () => {
    const moved = ingress({ spec: { rules: [rule('shop.example.com', pathTo('maintenance'))] } })
    const world = bring([ingress()], split(30)).map((object) => (object.metadata.name === 'web' ? moved : object))
    expect(nginx.render(route, split(30), world)).toMatchObject([{ kind: 'delete' }])
  })

  it('stays as it is while its Services or the main Ingress are not to be seen', () => {
    const world = bring([ingress()], split(30))
    expect(nginx.render(ingressRoute({ canaryServices: {} }), split(30), world)).toEqual([])
    expect(nginx.render(route, split(50), [oursIn(world)])).toEqual([])
    expect(nginx.render(route, { kind: 'withdrawn' }, [oursIn(world)])).toMatchObject([{ kind: 'delete' }])
  })

  it('is not written while it is being deleted, and still counts as reachable', () => {
    const world = bring([ingress()], split(30)).map((object) => ({
      ...object,
      metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    }))
    for (const intent of [{ kind: 'registered' }, split(50), { kind: 'withdrawn' }, { kind: 'absent' }] as const) {
      expect(nginx.render(route, intent, world)).toEqual([])
    }
    expect(nginx.read(route, world)).toMatchObject({ canary: 30, reachable: true })
  })

  it('takes over the revision of a newer attempt', () => {
    const newer = ingressRoute({ owner: { ...route.owner, revision: 'def456' } })
    const after = settle(nginx, newer, { kind: 'registered' }, bring([ingress()], split(30)))
    expect(oursIn(after).metadata.annotations?.[revisionAnnotation]).toBe('def456')
    expect(nginx.read(newer, after)).toMatchObject({ canary: 0, reachable: false })
  })
})

describe('docs/traffic-nginx.md', () => {
  it('shows what is written', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/traffic-nginx.md'), 'utf8')
    const [, shown = ''] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block)
    const example = ingressRoute({ owner: { rollout: 'web', uid: '5f0c…', revision: '7d9f…' } })
    const { apiVersion, kind, metadata, spec } = oursIn(settle(nginx, example, split(20), [ingress()]))
    const { name, namespace, labels, annotations } = metadata
    expect(parse(shown)).toEqual({ apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec })
  })
})

describe('what weight 0 does not stop', () => {
  const reachableAtZero = (annotations: IngressParts['annotations'] = {}) =>
    nginx.read(route, bring([ingress({ annotations })], { kind: 'registered' })).reachable

  it('sessions: a cookie of an earlier release fits the new canary', () => {
    expect(reachableAtZero({ [nginxKey('affinity')]: 'cookie' })).toBe(true)
    expect(reachableAtZero()).toBe(false)
  })

  it('sessions of the main Ingress, which count for its canary also where the canary names none', () => {
    const user = ingress({ annotations: { [nginxKey('affinity')]: 'cookie' } })
    const ours = oursIn(bring([ingress()], { kind: 'registered' }))
    expect(nginx.read(route, [user, ours])).toMatchObject({ canary: 0, reachable: true })
  })

  it('an Ingress of ours that someone took the canary mark from', () => {
    const world = bring([ingress()], { kind: 'registered' })
    const right = oursIn(world)
    const unmarked = { ...right, metadata: { ...right.metadata, annotations: {} } }
    expect(nginx.read(route, [unmarked])).toMatchObject({ canary: 0, registered: true, reachable: true })
  })
})

describe('a name that is taken', () => {
  it.each([{}, { [ownerUidLabel]: 'another-rollout' }])('is refused and never written: %j', (labels) => {
    const live = [ingress(), ingress({ name: 'web-canary', labels, spec: { rules: [] } })]
    for (const intent of [{ kind: 'registered' }, split(50), { kind: 'withdrawn' }, { kind: 'absent' }] as const) {
      expect(nginx.render(route, intent, live)).toEqual([])
    }
    expect(nginx.read(route, live)).toMatchObject({ canary: 0, registered: false, reachable: false })
    expect(nginx.check(route, live)).toMatchObject([
      { reason: 'NameTaken', next: 'remove or rename Ingress shop/web-canary' },
    ])
  })
})

describe('check', () => {
  const reasons = (parts: IngressParts, ...others: readonly KubeObject[]) =>
    nginx.check(route, [ingress(parts), ...others]).map(({ reason, message }) => `${reason}: ${message}`)
  const withClass = (ingressClassName: string | undefined): IngressParts => ({ spec: { ingressClassName } })
  const isDefault = { 'ingressclass.kubernetes.io/is-default-class': 'true' }

  it('IngressNotFound', () => {
    expect(nginx.check(route, [])).toEqual([
      {
        reason: 'IngressNotFound',
        message: 'Ingress shop/web does not exist',
        next: 'create it, or correct the name in spec.traffic of the Rollout',
      },
    ])
    expect(nginx.check(route, [ingress({ namespace: 'elsewhere' })])).toMatchObject([{ reason: 'IngressNotFound' }])
  })

  it('IngressIsCanary, in every spelling of true', () => {
    for (const value of ['true', 'True', '1']) {
      expect(reasons({ annotations: { [nginxKey('canary')]: value } })).toEqual([
        'IngressIsCanary: Ingress shop/web is itself a canary: annotation nginx.ingress.kubernetes.io/canary is true',
      ])
    }
    expect(reasons({ annotations: { [nginxKey('canary')]: 'false' } })).toEqual([])
  })

  it('TlsPassthrough, which never comes to the weights', () => {
    expect(reasons({ annotations: { [nginxKey('ssl-passthrough')]: 'true' } })).toEqual([
      expect.stringContaining('TlsPassthrough: Ingress shop/web passes TLS through'),
    ])
  })

  it('RuleWithoutHttp', () => {
    const rules = [rule('shop.example.com', pathTo('web')), { host: 'bare.example.com' }]
    expect(reasons({ spec: { rules } })).toEqual(['RuleWithoutHttp: Ingress shop/web: spec.rules[1] has no http'])
  })

  it('ResourceBackend', () => {
    const bucket = { path: '/', pathType: 'Prefix', backend: { resource: { kind: 'Bucket', name: 'static' } } }
    expect(reasons({ spec: { rules: [rule('shop.example.com', pathTo('web', '/app'), bucket)] } })).toEqual([
      'ResourceBackend: Ingress shop/web: spec.rules[0].http.paths[1].backend.resource is set, which ingress-nginx does not serve',
    ])
  })

  it('DefaultBackendOnly', () => {
    expect(reasons({ spec: { rules: undefined, defaultBackend: pathTo('web').backend } })).toEqual([
      'DefaultBackendOnly: Ingress shop/web has no spec.rules, only spec.defaultBackend',
    ])
  })

  it('ServiceNotReferenced says where the traffic goes', () => {
    const rules = [rule('shop.example.com', pathTo('images'), pathTo('api', '/api'), pathTo('images', '/i'))]
    expect(reasons({ spec: { rules } })).toEqual([
      "ServiceNotReferenced: Ingress shop/web: no path in spec.rules sends traffic to a Service that selects the workload's pods; it sends to images, api",
    ])
  })

  it('ClassNotServed, when the controller is another', () => {
    const haproxy = ingressClass('haproxy', 'haproxy.org/ingress-controller')
    expect(reasons(withClass('haproxy'), haproxy)).toEqual([
      'ClassNotServed: Ingress shop/web: spec.ingressClassName is haproxy, whose controller is haproxy.org/ingress-controller',
    ])
    expect(reasons(withClass('nginx'), ingressClass('nginx', 'nginx.org/ingress-controller'))).toHaveLength(1)
    expect(reasons(withClass('inner'), ingressClass('inner', 'k8s.io/internal-ingress-nginx'))).toEqual([])
  })

  it('ClassNotServed, when the class is not there and is not called nginx', () => {
    expect(reasons(withClass('nginx'))).toEqual([])
    expect(reasons(withClass('alb'))).toEqual([
      'ClassNotServed: Ingress shop/web: spec.ingressClassName is alb, and there is no such IngressClass',
    ])
    expect(
      reasons({ annotations: { 'kubernetes.io/ingress.class': 'gce' }, spec: { ingressClassName: undefined } }),
    ).toEqual([
      'ClassNotServed: Ingress shop/web: annotation kubernetes.io/ingress.class is gce, and there is no such IngressClass',
    ])
  })

  it('ClassNotServed, without a class, when only another controller can take it', () => {
    const alb = ingressClass('alb', 'ingress.k8s.aws/alb')
    expect(reasons(withClass(undefined), alb)).toEqual([
      'ClassNotServed: Ingress shop/web: spec.ingressClassName is not set, and IngressClass alb is not of ingress-nginx',
    ])
    expect(reasons(withClass(undefined), alb, nginxClass)).toEqual([])
    expect(
      reasons(withClass(undefined), ingressClass('alb', 'ingress.k8s.aws/alb', isDefault), nginxClass),
    ).toHaveLength(1)
  })

  describe('IngressHasCanary', () => {
    const theirs = (parts: IngressParts = {}) =>
      ingress({ name: 'beta', annotations: { [nginxKey('canary')]: 'true' }, ...parts })

    it('is a canary of the user’s own on one of our rules', () => {
      expect(reasons({}, theirs())).toEqual([
        'IngressHasCanary: Ingress shop/web: Ingress shop/beta is already a canary for shop.example.com/, and a rule takes only one',
      ])
    })

    it('is the canary of another Rollout', () => {
      expect(reasons({}, theirs({ labels: { [ownerUidLabel]: 'another' } }))).toHaveLength(1)
    })

    it('is not one on another path, of another class or in another namespace, nor the second of our own', () => {
      expect(reasons({}, theirs({ spec: { rules: [rule('shop.example.com', pathTo('web', '/beta'))] } }))).toEqual([])
      expect(reasons({}, theirs({ spec: { ingressClassName: 'inner' } }))).toEqual([])
      expect(reasons({}, theirs({ namespace: 'elsewhere' }))).toEqual([])
      expect(reasons({}, theirs({ labels: { [ownerUidLabel]: 'rollout-uid' } }))).toEqual([])
      expect(reasons({}, theirs({ annotations: {} }))).toEqual([])
    })
  })
})

describe('canaryName', () => {
  it('is the name with -canary, as long as that is a DNS label', () => {
    expect(canaryName('web')).toBe('web-canary')
    expect(canaryName('w'.repeat(56))).toBe(`${'w'.repeat(56)}-canary`)
  })

  it('is cut where it is too long, and still one name for one', () => {
    const long = `${'w'.repeat(46)}.${'x'.repeat(100)}`
    expect(canaryName(long)).toMatch(/^w{46}-[0-9a-f]{8}-canary$/)
    expect(canaryName(long)).not.toBe(canaryName(`${long}y`))
  })
})
