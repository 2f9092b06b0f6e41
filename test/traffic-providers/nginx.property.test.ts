import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canaryName } from '../../api/canary-name.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { nginx } from '../../traffic-providers/nginx.ts'
import type { LiveObjects, RouteIntent } from '../../traffic-providers/provider.ts'
import { stored } from '../builders/apply-writes.ts'
import { ingress, ingressRoute } from '../builders/ingress.ts'
import { settle } from '../contracts/traffic-provider.ts'

const numRuns = 2_000
const route = ingressRoute({ canaryServices: { web: 'web-canary', api: 'api-canary' } })
const carried = ['web', 'api']

const service = fc.constantFrom(...carried, 'images', 'fallback', 'constructor')
const port = fc.oneof(
  fc.record({ number: fc.integer({ min: 1, max: 65535 }) }),
  fc.record({ name: fc.constantFrom('http', 'grpc') }),
)
const serviceBackend = fc.record({ service: fc.record({ name: service, port }) })
const resourceBackend = fc.constant({ resource: { apiGroup: 'example.com', kind: 'Bucket', name: 'static' } })
const backend = fc.oneof({ weight: 6, arbitrary: serviceBackend }, { weight: 1, arbitrary: resourceBackend })
const path = fc.record(
  {
    path: fc.constantFrom('/', '/api', '/api(/|$)(.*)', ''),
    pathType: fc.constantFrom('Prefix', 'Exact', 'ImplementationSpecific'),
    backend,
  },
  { requiredKeys: ['pathType', 'backend'] },
)
const rule = fc.record(
  {
    host: fc.constantFrom('a.example.com', '*.example.com', 'b.example.com'),
    http: fc.record({ paths: fc.array(path, { minLength: 1, maxLength: 4 }) }),
  },
  { requiredKeys: [] },
)
const tls = fc.array(
  fc.record({ hosts: fc.constant(['a.example.com']), secretName: fc.constant('tls') }, { requiredKeys: [] }),
)
const spec = fc.record(
  {
    ingressClassName: fc.constantFrom('nginx', 'other'),
    defaultBackend: backend,
    tls,
    rules: fc.array(rule, { maxLength: 4 }),
  },
  { requiredKeys: [] },
)
const annotationKey = fc.constantFrom(
  'nginx.ingress.kubernetes.io/rewrite-target',
  'nginx.ingress.kubernetes.io/affinity',
  'nginx.ingress.kubernetes.io/canary',
  'nginx.ingress.kubernetes.io/canary-weight',
  'nginx.ingress.kubernetes.io/canary-by-header',
  'kubernetes.io/ingress.class',
  'meta.helm.sh/release-name',
  'sluice.dev/revision',
)
const weightTotal = fc.oneof(fc.integer({ min: 0, max: 100_000 }).map(String), fc.string())
const annotations = fc
  .tuple(fc.dictionary(annotationKey, fc.string(), { maxKeys: 5 }), fc.option(weightTotal, { nil: undefined }))
  .map(([some, total]) =>
    total === undefined ? some : { ...some, 'nginx.ingress.kubernetes.io/canary-weight-total': total },
  )
const userIngress = fc.record({ annotations, spec }).map(({ annotations: given, spec: wanted }) =>
  stored({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-of-web', annotations: given },
    spec: wanted,
  }),
)
const percent = fc.integer({ min: 1, max: 100 })
const intent: fc.Arbitrary<RouteIntent> = fc.oneof(
  fc.constant<RouteIntent>({ kind: 'registered' }),
  fc.constant<RouteIntent>({ kind: 'withdrawn' }),
  fc.constant<RouteIntent>({ kind: 'absent' }),
  percent.map((canary): RouteIntent => ({ kind: 'split', canary })),
)

const bystander = ingress({ name: 'other' })
const bring = (live: LiveObjects, ...intents: readonly RouteIntent[]) =>
  intents.reduce((world, next) => settle(nginx, route, next, world), live)
const oursIn = (live: LiveObjects) => live.find(({ metadata }) => metadata.name === canaryName('web'))
const othersIn = (live: LiveObjects) => live.filter(({ metadata }) => metadata.name !== canaryName('web'))
const leadsToWorkload = (user: KubeObject) => pathsOf(user).some(({ name }) => carried.includes(name))

/** Host, path, Service and port of every path, told from the JSON alone. */
function pathsOf(object: KubeObject): readonly { readonly name: string; readonly rest: string }[] {
  const json: { spec: { rules?: { host?: string; http?: { paths: RawPath[] } }[] } } = JSON.parse(
    JSON.stringify(object),
  )
  return (json.spec.rules ?? []).flatMap(({ host, http }) =>
    (http?.paths ?? []).flatMap(({ backend: { service: to }, ...rest }) =>
      to === undefined ? [] : [{ name: to.name, rest: JSON.stringify([host, rest, to.port]) }],
    ),
  )
}
interface RawPath {
  readonly backend: { readonly service?: { readonly name: string; readonly port: unknown } }
}

describe('for any Ingress that the schema allows', () => {
  it('reads back the split that it rendered, or writes nothing where no path leads to the workload', () => {
    const check = (user: KubeObject, canary: number) => {
      const world = bring([user, bystander], { kind: 'split', canary })
      const expected = leadsToWorkload(user)
        ? { canary, registered: true, reachable: true }
        : { canary: 0, registered: false, reachable: false }
      expect(nginx.read(route, world)).toMatchObject(expected)
    }
    fc.assert(fc.property(userIngress, percent, check), { numRuns })
  })

  it('clones exactly the paths that lead to the workload', () => {
    const check = (user: KubeObject) => {
      const ours = oursIn(bring([user], { kind: 'registered' }))
      const wanted = pathsOf(user).filter(({ name }) => carried.includes(name))
      const cloned = ours === undefined ? [] : pathsOf(ours)
      expect(cloned).toEqual(wanted.map(({ name, rest }) => ({ name: `${name}-canary`, rest })))
    }
    fc.assert(fc.property(userIngress, check), { numRuns })
  })

  it('changes nothing else, whatever it is asked, and leaves nothing in the end', () => {
    const check = (user: KubeObject, intents: readonly RouteIntent[]) => {
      const start = [user, bystander]
      const world = bring(start, ...intents)
      expect(othersIn(world)).toEqual(start)
      const withdrawn = bring(world, { kind: 'withdrawn' })
      expect(nginx.read(route, withdrawn)).toMatchObject({ canary: 0, reachable: false })
      expect(JSON.stringify(bring(withdrawn, { kind: 'absent' }))).toBe(JSON.stringify(start))
    }
    fc.assert(fc.property(userIngress, fc.array(intent, { maxLength: 5 }), check), { numRuns })
  })

  it('ends where a fresh start would, from an Ingress of ours that was made for another', () => {
    const check = (before: KubeObject, after: KubeObject, canary: number) => {
      fc.pre(leadsToWorkload(before))
      const changed = bring([before], { kind: 'split', canary }).map((object) => (object === before ? after : object))
      const ours = oursIn(bring(changed, { kind: 'split', canary }))
      const fresh = oursIn(bring([after], { kind: 'split', canary }))
      expect(ours?.spec).toEqual(fresh?.spec)
      expect(ours?.metadata.annotations).toEqual(fresh?.metadata.annotations)
    }
    fc.assert(fc.property(userIngress, userIngress, percent, check), { numRuns })
  })

  it('says the same of the same state, and never fails', () => {
    const check = (user: KubeObject, other: KubeObject) => {
      const live = [user, { ...other, metadata: { ...other.metadata, name: 'beta' } }]
      const problems = nginx.check(route, live)
      expect(nginx.check(route, [...live].reverse())).toEqual(problems)
      for (const { reason, message, next } of problems) {
        expect(reason).toMatch(/^([A-Z][a-z]+)+$/)
        expect(message).toContain('Ingress shop/web')
        expect(next).not.toBe('')
      }
    }
    fc.assert(fc.property(userIngress, userIngress, check), { numRuns })
  })
})
