import { describe, expect, it } from 'vitest'
import { strategicPatch } from '../../../sandbox/patch/strategic.ts'
import { deploymentWith } from '../../builders/deployment.ts'

type Json = Readonly<Record<string, unknown>>

/** A Deployment's pod spec after a patch of the pod spec. */
function patchedPod(podSpec: Json, patch: Json): unknown {
  const patched = strategicPatch('Deployment', deploymentWith({ podSpec: { containers: [], ...podSpec } }), {
    spec: { template: { spec: patch } },
  })
  return (patched as { spec: { template: { spec: unknown } } }).spec.template.spec
}

const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name, image: `${name}:v1` }))

describe('a strategic merge patch', () => {
  it.each([
    {
      what: 'kubectl set image: one container, the others in place',
      live: { containers: [a, b] },
      patch: { containers: [{ name: 'b', image: 'b:v2' }] },
      result: { containers: [a, { name: 'b', image: 'b:v2' }] },
    },
    {
      what: 'kubectl apply: what is new goes where the manifest has it',
      live: { containers: [a, c] },
      patch: {
        '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
        containers: [b],
      },
      result: { containers: [a, b, c] },
    },
    {
      what: 'an injected container stays where it was',
      live: { containers: [a, { name: 'proxy' }, b] },
      patch: { '$setElementOrder/containers': [{ name: 'a' }, { name: 'c' }, { name: 'b' }], containers: [c] },
      result: { containers: [a, c, { name: 'proxy' }, b] },
    },
    {
      what: 'an item is deleted by its key',
      live: { containers: [a, b, c] },
      patch: { containers: [{ $patch: 'delete', name: 'b' }] },
      result: { containers: [a, c] },
    },
    {
      what: 'a list is replaced by a directive',
      live: { containers: [a, b] },
      patch: { containers: [c, { $patch: 'replace' }] },
      result: { containers: [c] },
    },
    {
      what: 'a volume changes its source: what is not retained goes',
      live: { volumes: [{ name: 'data', emptyDir: {} }] },
      patch: { volumes: [{ name: 'data', $retainKeys: ['name', 'configMap'], configMap: { name: 'conf' } }] },
      result: { volumes: [{ name: 'data', configMap: { name: 'conf' } }] },
    },
    {
      what: 'lists in a list, each by its own key',
      live: {
        containers: [{ name: 'a', env: [{ name: 'X', value: '1' }], ports: [{ containerPort: 80, name: 'http' }] }],
      },
      patch: {
        containers: [{ name: 'a', env: [{ name: 'Y', value: '2' }], ports: [{ containerPort: 80, name: 'web' }] }],
      },
      result: {
        containers: [
          {
            name: 'a',
            env: [
              { name: 'Y', value: '2' },
              { name: 'X', value: '1' },
            ],
            ports: [{ containerPort: 80, name: 'web' }],
          },
        ],
      },
    },
    {
      what: 'lists without a key are replaced',
      live: { tolerations: [{ key: 'old' }], containers: [{ ...a, args: ['1', '2'] }] },
      patch: { tolerations: [{ key: 'new' }], containers: [{ name: 'a', args: ['3'] }] },
      result: { tolerations: [{ key: 'new' }], containers: [{ ...a, args: ['3'] }] },
    },
    {
      what: 'nulls and directives in what comes anew are not kept',
      live: { containers: [a] },
      patch: {
        affinity: { nodeAffinity: null },
        securityContext: { $patch: 'replace' },
        containers: [{ name: 'b', env: null }],
      },
      result: { containers: [{ name: 'b' }, a], affinity: {} },
    },
  ])('$what', ({ live, patch, result }) => {
    expect(patchedPod(live, patch)).toStrictEqual({ containers: [], ...result })
  })

  it.each([
    { what: 'a map is replaced', patch: { $patch: 'replace', type: 'Recreate' }, strategy: { type: 'Recreate' } },
    { what: 'a map is emptied', patch: { $patch: 'delete' }, strategy: {} },
    {
      what: 'kubectl apply of another strategy keeps nothing of the old one',
      patch: { $retainKeys: ['type'], type: 'Recreate' },
      strategy: { type: 'Recreate' },
    },
    { what: 'a map is removed', patch: null, strategy: undefined },
  ])('$what', ({ patch, strategy }) => {
    const live = deploymentWith({ spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } })
    const patched = strategicPatch('Deployment', live, { spec: { strategy: patch } })
    expect(patched).toStrictEqual(deploymentWith(strategy === undefined ? {} : { spec: { strategy } }))
  })

  it('keeps finalizers as a set, in the order that is asked for', () => {
    const live = deploymentWith({ metadata: { finalizers: ['x/1', 'x/2', 'x/3'] } })
    const metadata = {
      '$setElementOrder/finalizers': ['x/4', 'x/1'],
      '$deleteFromPrimitiveList/finalizers': ['x/2'],
      finalizers: ['x/4'],
    }
    expect(strategicPatch('Deployment', live, { metadata })).toMatchObject({
      metadata: { finalizers: ['x/4', 'x/1', 'x/3'] },
    })
  })

  it.each([
    { kind: 'Service', field: 'spec', list: 'ports', key: 'port', is: 'merged' },
    { kind: 'NetworkPolicy', field: 'egress', list: 'ports', key: 'port', is: 'replaced' },
    { kind: 'ValidatingAdmissionPolicy', field: 'spec', list: 'variables', key: 'name', is: 'merged' },
    { kind: 'MutatingAdmissionPolicy', field: 'spec', list: 'variables', key: 'name', is: 'replaced' },
    { kind: 'Deployment', field: 'status', list: 'conditions', key: 'type', is: 'merged' },
    { kind: 'CustomResourceDefinition', field: 'status', list: 'conditions', key: 'type', is: 'replaced' },
  ])('$field.$list of a $kind are $is', ({ kind, field, list, key, is }) => {
    const patched = strategicPatch(
      kind,
      { [field]: { [list]: [{ [key]: 1 }] } },
      { [field]: { [list]: [{ [key]: 2 }] } },
    )
    expect(patched).toEqual({ [field]: { [list]: is === 'merged' ? [{ [key]: 2 }, { [key]: 1 }] : [{ [key]: 2 }] } })
  })

  it('is the very object where it changes nothing, and shares the rest where it does', () => {
    const live = deploymentWith()
    const same = { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:v1' }] } } } }
    expect(strategicPatch('Deployment', live, same)).toBe(live)
    const scaled = strategicPatch('Deployment', live, { spec: { replicas: 3 } })
    expect(scaled['metadata']).toBe(live.metadata)
  })

  it.each([
    { what: 'no object', patch: [], code: 400 },
    { what: 'keys that it does not retain', patch: { spec: { $retainKeys: ['paused'], replicas: 1 } }, code: 400 },
    { what: 'an order that is no list', patch: { metadata: { '$setElementOrder/finalizers': {} } }, code: 400 },
    { what: 'a directive that nobody knows', patch: { spec: { $patch: 'merge' } }, code: 500 },
    {
      what: 'an item without its key',
      patch: { spec: { template: { spec: { containers: [{ image: 'x' }] } } } },
      code: 500,
    },
    {
      what: 'items in another order than it asks for',
      patch: {
        spec: { template: { spec: { '$setElementOrder/containers': [{ name: 'b' }], containers: [{ name: 'a' }] } } },
      },
      code: 500,
    },
  ])('with $what is refused with $code', ({ patch, code }) => {
    expect(() => strategicPatch('Deployment', deploymentWith(), patch)).toThrow(expect.objectContaining({ code }))
  })
})
