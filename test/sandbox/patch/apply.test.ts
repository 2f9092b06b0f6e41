import { describe, expect, it } from 'vitest'
import { rolloutCrd } from '../../../api/crds/rollout.ts'
import { installManifests } from '../../../api/install.ts'
import { type JsonObject, objectOf, objectsOf } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { type Apply, applyPatch, trackUpdate } from '../../../sandbox/patch/apply.ts'
import { keepTimes, managersOf } from '../../../sandbox/patch/managers.ts'
import { builtInPlace, customPlace, type Place } from '../../../sandbox/patch/place.ts'
import { deploymentWith } from '../../builders/deployment.ts'

const [first, second, third] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:10Z', '2026-01-01T00:00:20Z'] as const

/** Who applies what; a config map's data where only that is given. */
interface Step extends Partial<Omit<Apply, 'live'>> {
  readonly data?: Readonly<Record<string, string>>
}

const configMap = (data: JsonObject): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'shop' },
  data,
})

function apply(live: KubeObject | undefined, { data = {}, ...step }: Step): KubeObject {
  const applied = configMap(data)
  const { kind } = objectOf(step.applied ?? applied)
  const place = builtInPlace(String(kind))
  return applyPatch({ live, applied, manager: 'one', force: false, nowIso: first, place, ...step })
}

const applyAll = (...steps: readonly Step[]): KubeObject =>
  steps.reduce<KubeObject | undefined>(apply, undefined) ?? configMap({})

const owners = (object: KubeObject) => objectsOf(objectOf(object.metadata)['managedFields'])
const ownedBy = (manager: string, object: KubeObject) =>
  owners(object).find((entry) => entry['manager'] === manager)?.['fieldsV1']

describe('an apply', () => {
  it('makes the object and says who owns what, as the API writes it', () => {
    const applied = {
      ...deploymentWith({ metadata: { labels: { app: 'web' }, finalizers: ['x/1'] }, podSpec: ports([80]) }),
      metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' }, finalizers: ['x/1'] },
    }
    expect(owners(apply(undefined, { applied }))).toStrictEqual([
      {
        manager: 'one',
        operation: 'Apply',
        apiVersion: 'apps/v1',
        time: first,
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:finalizers': { 'v:"x/1"': {} }, 'f:labels': { 'f:app': {} } },
          'f:spec': {
            'f:replicas': {},
            'f:selector': {},
            'f:template': {
              'f:metadata': { 'f:labels': { 'f:app': {} } },
              'f:spec': {
                'f:containers': {
                  'k:{"name":"web"}': {
                    '.': {},
                    'f:name': {},
                    'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
                  },
                },
              },
            },
          },
        },
      },
    ])
  })

  it('takes away what the same manager no longer applies', () => {
    expect(applyAll({ data: { a: '1', b: '2' } }, { data: { b: '2' } })['data']).toEqual({ b: '2' })
  })

  it('leaves alone what others own, or nobody', () => {
    const made = applyAll({ data: { a: '1', b: '2' } }, { data: { a: '1', c: '3' }, manager: 'two' })
    const live = { ...made, data: { ...objectOf(made['data']), defaulted: 'x' } }
    expect(apply(live, { data: { b: '2' } })['data']).toEqual({ a: '1', b: '2', c: '3', defaulted: 'x' })
  })

  it('owns together with others what has the same value', () => {
    const shared = applyAll({ data: { a: '1' } }, { data: { a: '1' }, manager: 'two' })
    expect(ownedBy('one', shared)).toEqual({ 'f:data': { 'f:a': {} } })
    expect(ownedBy('two', shared)).toEqual({ 'f:data': { 'f:a': {} } })
  })

  it('is refused where another manager owns a field with another value', () => {
    const live = applyAll({ data: { a: '1', b: '2' } })
    expect(() => apply(live, { data: { a: '9' }, manager: 'two' })).toThrow(
      expect.objectContaining({
        code: 409,
        reason: 'Conflict',
        message: 'Apply failed with 1 conflict: conflict with "one": .data.a',
        causes: [{ field: '.data.a', message: 'conflict with "one"' }],
      }),
    )
  })

  it('names all conflicts, with the path of an item', () => {
    const podSpec = (image: string) => ({ containers: [{ name: 'web', image }] })
    const live = apply(undefined, { applied: deploymentWith({ podSpec: podSpec('v1') }) })
    const applied = deploymentWith({ podSpec: podSpec('v2'), spec: { replicas: 9 } })
    expect(() => apply(live, { applied, manager: 'two' })).toThrow(
      [
        'Apply failed with 2 conflicts: conflicts with "one":',
        '- .spec.replicas',
        '- .spec.template.spec.containers[name="web"].image',
      ].join('\n'),
    )
  })

  it('takes ownership over by force', () => {
    const live = applyAll({ data: { a: '1', b: '2' } }, { data: { a: '9' }, manager: 'two', force: true })
    expect(live['data']).toEqual({ a: '9', b: '2' })
    expect(ownedBy('one', live)).toEqual({ 'f:data': { 'f:b': {} } })
    expect(ownedBy('two', live)).toEqual({ 'f:data': { 'f:a': {} } })
  })

  it('of nothing new gives back the very object, time included', () => {
    const live = apply(undefined, { applied: deploymentWith() })
    expect(apply(live, { applied: structuredClone(deploymentWith()), nowIso: second })).toBe(live)
  })

  it('finds the owner of all fields in an object that nobody has applied', () => {
    const live = configMap({ a: '1' })
    expect(() => apply(live, { data: { a: '2' } })).toThrow('conflict with "before-first-apply" using v1: .data.a')
    const forced = apply(live, { data: { a: '2', b: '3' }, force: true })
    expect(forced['data']).toEqual({ a: '2', b: '3' })
    expect(ownedBy('before-first-apply', forced)).toEqual({ 'f:data': {} })
  })

  it('puts new items where the manifest has them and keeps those of others', () => {
    const podSpec = (...names: readonly string[]) => ({ containers: names.map((name) => ({ name })) })
    const made = apply(undefined, { applied: deploymentWith({ podSpec: podSpec('a', 'b') }) })
    const injected = apply(made, { applied: deploymentWith({ podSpec: podSpec('a', 'proxy') }), manager: 'mesh' })
    const live = apply(injected, { applied: deploymentWith({ podSpec: podSpec('a', 'c') }) })
    expect(live).toMatchObject({ spec: { template: { spec: podSpec('a', 'proxy', 'c') } } })
  })

  it('replaces selectors and lists without keys as a whole', () => {
    const selector = (label: string) => ({
      spec: { selector: { matchLabels: { [label]: 'x' } } },
      podSpec: args(label),
    })
    const made = apply(undefined, { applied: deploymentWith(selector('old')) })
    const live = apply(made, { applied: deploymentWith(selector('new')) })
    expect(live).toMatchObject(deploymentWith(selector('new')))
  })

  it('does not own the status where it is not written', () => {
    const applied = { ...configMap({}), kind: 'Deployment', status: { replicas: 1 } }
    expect(ownedBy('one', apply(undefined, { applied, ignored: ['status'] }))).toEqual({ 'f:data': {} })
  })

  it.each([
    { what: 'nothing', applied: null },
    { what: 'managedFields', applied: { ...configMap({}), metadata: { name: 'settings', managedFields: [] } } },
    { what: 'another kind', applied: { ...configMap({}), kind: 'Secret' } },
    { what: 'another version', applied: { ...configMap({}), apiVersion: 'v2' } },
  ])('of $what is refused with 400', ({ applied }) => {
    expect(() => apply(configMap({}), { applied })).toThrow(expect.objectContaining({ code: 400 }))
  })

  it.each(installManifests({ image: 'sluice:v1' }).map((manifest) => ({ manifest, name: manifest.metadata.name })))(
    'of $manifest.kind $name of ours is one write, however often it is made',
    ({ manifest }) => {
      const stored = { ...apply(undefined, { applied: manifest }), status: { conditions: [] } }
      expect(apply(stored, { applied: structuredClone(manifest), nowIso: second })).toBe(stored)
    },
  )
})

const ports = (list: readonly number[]) => ({
  containers: [{ name: 'web', ports: list.map((containerPort) => ({ containerPort })) }],
})
const args = (arg: string) => ({ containers: [{ name: 'web', args: [arg] }] })

describe('an apply of a custom resource', () => {
  const gates = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: { type: 'object', properties: { name: { type: 'string' } } },
  }
  const spec = { gates, steps: { type: 'array' }, target: { type: 'object', 'x-kubernetes-map-type': 'atomic' } }
  const widgets = customPlace({ properties: { spec: { type: 'object', properties: spec } } })
  const widget = (content: JsonObject) => ({
    apiVersion: 'x.dev/v1',
    kind: 'Widget',
    metadata: { name: 'w' },
    spec: content,
  })

  it('divides lists and maps as the schema says', () => {
    const applied = widget({ gates: [{ name: 'a' }], steps: [{ weight: 1 }], target: { x: 1 } })
    expect(ownedBy('one', apply(undefined, { applied, place: widgets }))).toEqual({
      'f:spec': {
        'f:gates': { 'k:{"name":"a"}': { '.': {}, 'f:name': {} } },
        'f:steps': {},
        'f:target': {},
      },
    })
  })

  it('of a Rollout keeps what others own in its metadata', () => {
    const place = rolloutPlace()
    const rollout = {
      apiVersion: 'sluice.dev/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'web', labels: { a: '1' } },
    }
    const made = apply(undefined, {
      applied: { ...rollout, spec: { strategy: { canary: { steps: [{ weight: 20 }] } } } },
      place,
    })
    const finalized = { ...made, metadata: { ...made.metadata, finalizers: ['sluice.dev/retire'] } }
    const tracked = trackUpdate({ old: made, updated: finalized, manager: 'sluice', place, nowIso: second })
    const live = apply(tracked, { applied: { ...rollout, metadata: { name: 'web' }, spec: {} }, place, nowIso: third })
    expect(live).toMatchObject({ metadata: { finalizers: ['sluice.dev/retire'] }, spec: {} })
    expect(live.metadata.labels).toBeUndefined()
  })
})

function rolloutPlace(): Place {
  const [version] = objectsOf(objectOf(rolloutCrd['spec'])['versions'])
  return customPlace(objectOf(objectOf(version?.['schema'])['openAPIV3Schema']))
}

describe('an update of what somebody has applied', () => {
  const update = (old: KubeObject, updated: KubeObject, subresource?: string) =>
    trackUpdate({
      old,
      updated,
      manager: 'editor',
      place: builtInPlace('ConfigMap'),
      nowIso: second,
      ...(subresource === undefined ? {} : { subresource }),
    })
  const made = applyAll({ data: { a: '1', b: '2', c: '3' } })

  it("takes the fields that it writes, and those that it removes are nobody's", () => {
    const live = update(made, { ...made, data: { a: '9', b: '2', d: '4' } })
    expect(ownedBy('one', live)).toEqual({ 'f:data': { 'f:b': {} } })
    expect(owners(live)).toContainEqual({
      manager: 'editor',
      operation: 'Update',
      apiVersion: 'v1',
      time: second,
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { 'f:a': {}, 'f:d': {} } },
    })
  })

  it('is in the way of the next apply, by the name and version of who wrote it', () => {
    const live = update(made, { ...made, data: { a: '9' } })
    expect(() => apply(live, { data: { a: '1' } })).toThrow('conflict with "editor" using v1: .data.a')
  })

  it('changes no ownership where it changes nothing', () => {
    expect(update(made, structuredClone(made))).toBe(made)
  })

  it('of a client that does not know of managedFields loses none', () => {
    const live = update(made, configMap({ a: '1', b: '2', c: '4' }))
    expect(ownedBy('one', live)).toEqual({ 'f:data': { 'f:a': {}, 'f:b': {} } })
  })

  it('of a subresource is an entry of its own', () => {
    const live = update(made, { ...made, status: { ready: true } }, 'status')
    expect(managersOf(live)).toContainEqual(expect.objectContaining({ manager: 'editor', subresource: 'status' }))
  })

  it('with an empty list of managers ends all ownership', () => {
    const reset = { ...made, metadata: { name: 'settings', namespace: 'shop', managedFields: [] } }
    expect(update(made, reset)).toEqual(configMap({ a: '1', b: '2', c: '3' }))
  })

  it('leaves an object that nobody has applied without owners', () => {
    expect(update(configMap({ a: '1' }), configMap({ a: '2' }))).toEqual(configMap({ a: '2' }))
  })
})

describe('times of managers', () => {
  it('are no change: defaults may have restored what an apply wrote', () => {
    const old = apply(undefined, { data: { a: '1' } })
    const again = apply(undefined, { data: { a: '1' }, nowIso: second })
    const other = apply(undefined, { data: { a: '2' }, nowIso: second })
    expect(keepTimes(old, again)).toBe(old)
    expect(keepTimes(old, other)).toBe(other)
  })
})
