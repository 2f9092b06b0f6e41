import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseRollout } from '../../api/parse.ts'
import { targetOf } from '../../cli/commands/init.ts'
import { discover, type Inventory } from '../../cli/discover.ts'
import { rolloutText } from '../../cli/rollout-text.ts'
import { objectOf } from './builders.ts'

const deployment = (name: string, labels: Record<string, string> = {}) =>
  objectOf('Deployment', {
    metadata: { name, labels },
    spec: { replicas: 4, template: { metadata: { labels: { app: name } } } },
  })
const service = (name: string, app: string) => objectOf('Service', { metadata: { name }, spec: { selector: { app } } })
const ingress = (name: string, backend: string) =>
  objectOf('Ingress', { metadata: { name }, spec: { defaultBackend: { service: { name: backend } } } })
const inventory = (part: Partial<Inventory> = {}): Inventory => ({
  deployments: [deployment('web')],
  services: [service('front', 'web'), service('other', 'api')],
  ingresses: [ingress('entry', 'front'), ingress('elsewhere', 'other')],
  taken: [],
  ...part,
})
const whyNot = (part: Partial<Inventory>, words: readonly string[] = []) => {
  const found = discover(inventory(part), targetOf(words), 'shop')
  return found.kind === 'found' ? '' : found.why
}

describe('init', () => {
  it('finds the Service that selects the pods and the Ingress that sends to it', () => {
    expect(discover(inventory(), { kind: 'any' }, 'shop')).toEqual({
      kind: 'found',
      found: { workload: 'web', replicas: 4, services: ['front'], ingresses: ['entry'] },
    })
  })
  it('finds the Deployment of a Helm release', () => {
    const deployments = [deployment('web', { 'app.kubernetes.io/instance': 'mine' }), deployment('api')]
    expect(discover(inventory({ deployments }), targetOf(['release', 'mine']), 'shop')).toMatchObject({
      found: { workload: 'web' },
    })
  })
  it('writes a Rollout that parses', () => {
    const text = rolloutText(
      { workload: '1web', replicas: 4, services: ['front'], ingresses: ['entry', '2nd'] },
      'shop',
    )
    expect(parseRollout(parse(text))).toMatchObject({
      kind: 'ok',
      spec: { traffic: [{ name: 'entry' }, { name: '2nd' }] },
    })
  })
  it.each([
    [
      'several Deployments',
      { deployments: [deployment('web'), deployment('api')] },
      'sluice init deployment/web, or sluice init deployment/api',
    ],
    ['no Service', { services: [] }, 'No Service in namespace shop selects'],
    ['no Ingress', { ingresses: [] }, 'No Ingress in namespace shop sends to Service front'],
    ['a Rollout that is there', { taken: ['web'] }, 'has a Rollout already'],
    ['nothing at all', { deployments: [] }, 'no Deployment in namespace shop'],
  ])('says what to do about %s', (_what, part, why) => expect(whyNot(part)).toContain(why))
  it('says what there is when a name is wrong', () => {
    expect(whyNot({}, ['deploy/wep'])).toBe('There is no Deployment wep; namespace shop has: web')
  })
  it('refuses what it cannot release', () =>
    expect(() => targetOf(['statefulset/db'])).toThrow('cannot release a statefulset'))
})
