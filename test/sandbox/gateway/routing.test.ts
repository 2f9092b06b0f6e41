import { describe, expect, it } from 'vitest'
import { pick, split } from '../../../sandbox/gateway/pick.ts'
import { type RoutingObjects, routingTable } from '../../../sandbox/gateway/routing-table.ts'
import { canary, ingress, nginxClass, objects, service } from './objects.ts'

const web = service('web', ['10.244.0.1', '10.244.0.2'])
const webCanary = service('web-canary', ['10.244.1.1'])

/** The share of each Service, in percent. */
function shares(world: RoutingObjects, path = '/', host = 'web.test'): Record<string, number> {
  const parts = split(routingTable(world), { host, path })
  return Object.fromEntries(parts.map(({ backend, share }) => [backend.name, Math.round(share * 1000) / 10]))
}

const statusOf = (world: RoutingObjects, path = '/', host = 'web.test') => {
  const picked = pick(routingTable(world), { host, path }, () => 0)
  return picked.kind === 'answer' ? picked.status : 200
}

describe('a main Ingress', () => {
  it('leads to the ready pods of its Service, at the port that the Service means', () => {
    const table = routingTable(objects([ingress()], service('web', ['10.244.0.1'], ['10.244.0.9'])))
    const { endpoints } = split(table, { host: 'web.test', path: '/' })[0]?.backend ?? {}
    expect(endpoints).toEqual([{ address: '10.244.0.1', port: 8080 }])
  })

  it.each(['http', 80, 'web'])('names the port %s', (port) => {
    expect(statusOf(objects([ingress({ paths: [{ port }] })], web))).toBe(200)
  })

  it('answers 404 for hosts and paths that nobody has, 503 where nobody is ready', () => {
    const world = objects([ingress({ paths: [{ path: '/shop' }] })], service('web', [], ['10.244.0.1']))
    expect(statusOf(world, '/', 'other.test')).toBe(404)
    expect(statusOf(world, '/else')).toBe(404)
    expect(statusOf(world, '/shop')).toBe(503)
  })

  it('takes its host in any case and with a port, and one label for a star', () => {
    const world = objects([ingress({ paths: [{ host: '*.web.test' }] })], web)
    expect(statusOf(world, '/', 'Shop.web.test:8080')).toBe(200)
    expect(statusOf(world, '/', 'a.b.web.test')).toBe(404)
  })

  it('has its paths heeded by their type, the longest first', () => {
    const paths = [
      { path: '/', service: 'root' },
      { path: '/a', service: 'prefix' },
      { path: '/a/b', pathType: 'Exact', service: 'exact' },
      { path: '/im', pathType: 'ImplementationSpecific', service: 'text' },
    ]
    const all = ['root', 'prefix', 'exact', 'text'].map((name) => service(name, ['10.244.0.1']))
    const world = objects([ingress({ paths })], ...all)
    const where = (path: string) => Object.keys(shares(world, path))[0]?.replace(/^shop\/|:.*$/g, '')
    expect(['/', '/a', '/a/', '/ab', '/a/b', '/a/b/c', '/a/b?q=1', '/image'].map(where)).toEqual(
      'root prefix prefix root exact prefix exact text'.split(' '),
    )
  })

  it('owns its path before a younger one', () => {
    const young = ingress({ name: 'young', age: 0, paths: [{ service: 'other' }] })
    expect(shares(objects([young, ingress()], web, service('other', ['10.244.0.7'])))).toEqual({ 'shop/web:http': 100 })
  })

  it('gives what no path takes to its default backend, for hosts of nobody too', () => {
    const world = objects([ingress({ paths: [{ path: '/a' }], fallback: 'web' })], web)
    expect(shares(world, '/b')).toEqual({ 'shop/web:http': 100 })
    expect(shares(world, '/', 'nobody.test')).toEqual({ 'shop/web:http': 100 })
  })
})

describe('an Ingress', () => {
  it.each([
    ['of a class of ingress-nginx', { className: 'edge' }, 200],
    ['of another controller', { className: 'traefik' }, 404],
    ['of a class that is not there', { className: 'nginx' }, 404],
    ['without a class', { className: undefined }, 404],
    ['with the old annotation', { className: undefined, annotations: { 'kubernetes.io/ingress.class': 'nginx' } }, 200],
  ])('%s is served or left alone', (_title, wish, status) => {
    const classes = [nginxClass('edge'), nginxClass('traefik', 'traefik.io/ingress-controller')]
    expect(statusOf(objects([ingress(wish)], web, { classes }))).toBe(status)
  })
})

describe('a canary', () => {
  const under = (...canaries: readonly ReturnType<typeof canary>[]) =>
    shares(objects([ingress(), ...canaries], web, webCanary))
  const main = 'shop/web:http'
  const side = 'shop/web-canary:http'

  it('gets its weight of the requests of its host and path', () => {
    expect(under(canary(20))).toEqual({ [main]: 80, [side]: 20 })
    expect(under(canary(100))).toEqual({ [side]: 100 })
  })

  it('at weight 0 gets nothing', () => {
    expect(under(canary(0))).toEqual({ [main]: 100 })
    expect(under(canary('much'))).toEqual({ [main]: 100 })
  })

  it('has a weight out of its total, unless that is under 100', () => {
    expect(under(canary(25, {}, 1000))).toEqual({ [main]: 97.5, [side]: 2.5 })
    expect(under(canary(25, {}, 50))).toEqual({ [main]: 75, [side]: 25 })
  })

  it('without ready pods leaves everything to the main backend', () => {
    const world = objects([ingress(), canary(100)], web, service('web-canary', [], ['10.244.1.1']))
    expect(shares(world)).toEqual({ [main]: 100 })
  })

  it('does not save a main backend without ready pods, at weight 100 either', () => {
    expect(statusOf(objects([ingress(), canary(100)], service('web', []), webCanary))).toBe(503)
  })

  it('without a main Ingress does nothing', () => {
    expect(statusOf(objects([canary(100)], web, webCanary))).toBe(404)
  })

  it.each([
    ['path', { path: '/other' }],
    ['type of path', { pathType: 'Exact' }],
    ['host', { host: 'other.test' }],
  ])('for another %s than the main one does nothing', (_what, path) => {
    const world = objects([ingress(), canary(50, { paths: [{ ...path, service: 'web-canary' }] })], web, webCanary)
    expect(shares(world)).toEqual({ [main]: 100 })
  })

  it('is one per rule: the oldest', () => {
    const second = canary(90, { name: 'second', age: -1, paths: [{ service: 'second' }] })
    const world = objects([ingress(), canary(20), second], web, webCanary, service('second', ['10.244.2.1']))
    expect(shares(world)).toEqual({ [main]: 80, [side]: 20 })
  })

  it('takes part wherever the same port of the same Service is meant', () => {
    const other = ingress({ name: 'other', paths: [{ host: 'other.test' }] })
    const world = objects([ingress(), other, canary(20)], web, webCanary)
    expect(shares(world, '/', 'other.test')).toEqual({ [main]: 80, [side]: 20 })
  })

  it('that is no longer marked as one is a younger main Ingress of the same path', () => {
    expect(under(canary(20, { annotations: { 'nginx.ingress.kubernetes.io/canary': 'no' } }))).toEqual({ [main]: 100 })
  })
})

describe('picking', () => {
  it.each([0, 1, 20, 50, 99, 100])('splits exactly at %i, and evenly among the pods of a side', (weight) => {
    const table = routingTable(objects([ingress(), canary(weight)], web, webCanary))
    const hits: Record<string, number> = { '10.244.0.1': 0, '10.244.0.2': 0, '10.244.1.1': 0 }
    for (let draw = 0; draw < 10_000; draw++) {
      const chances = [(draw % 100) / 100, Math.floor(draw / 100) / 100] // every pair of percents once
      const picked = pick(table, { host: 'web.test', path: '/' }, () => chances.shift() ?? 0)
      if (picked.kind === 'endpoint') hits[picked.endpoint.address] = (hits[picked.endpoint.address] ?? 0) + 1
    }
    expect(hits).toEqual({
      '10.244.0.1': (100 - weight) * 50,
      '10.244.0.2': (100 - weight) * 50,
      '10.244.1.1': weight * 100,
    })
  })

  it('asks chance only for what it has to decide', () => {
    const table = routingTable(objects([ingress()], web))
    let draws = 0
    pick(table, { host: 'web.test', path: '/' }, () => draws++ * 0)
    expect(draws).toBe(1)
  })
})
