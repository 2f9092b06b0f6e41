import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../api/kube-object.ts'
import { type CopyOptions, copyOf } from '../../rollout-controller/workload/copy.ts'
import { labelSelectorOf } from '../../rollout-controller/workload/selectors.ts'
import { deploymentWith } from '../builders/deployment.ts'

const options: CopyOptions = {
  name: 'web-canary',
  ownerUid: 'uid-rollout',
  revision: '0123456789',
  replicas: 2,
  selectors: [
    {
      owner: 'Deployment shop/web',
      field: 'spec.selector',
      selector: labelSelectorOf({ matchLabels: { app: 'web' } }),
    },
  ],
}

function copied(workload: KubeObject): KubeObject {
  const copy = copyOf(workload, options)
  if (copy.kind === 'problem') throw new Error(copy.selector.owner)
  return copy.object
}

describe('the canary copy', () => {
  it('carries nothing in its metadata that a deploy tool might look for', () => {
    const workload = deploymentWith({
      metadata: {
        labels: { 'app.kubernetes.io/instance': 'web', 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { 'meta.helm.sh/release-name': 'web', 'argocd.argoproj.io/tracking-id': 'x' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Any', name: 'x', uid: 'y' }],
        finalizers: ['somebody/else'],
      },
    })
    expect(copied(workload).metadata).toEqual({
      name: 'web-canary',
      namespace: 'shop',
      labels: {
        'app.kubernetes.io/managed-by': 'sluice',
        'sluice.dev/rollout-uid': 'uid-rollout',
        'sluice.dev/role': 'copy',
      },
      annotations: { 'sluice.dev/revision': '0123456789' },
    })
  })

  it('is not paused, keeps how pods are replaced and judged, and selects its own pods alone', () => {
    const workload = deploymentWith({
      spec: { paused: true, minReadySeconds: 7, progressDeadlineSeconds: 90, strategy: { type: 'Recreate' } },
    })
    const own = { 'sluice.dev/copy': 'web-canary', 'sluice.dev/rollout-uid': 'uid-rollout' }
    expect(copied(workload)).toMatchObject({
      spec: {
        replicas: 2,
        minReadySeconds: 7,
        progressDeadlineSeconds: 90,
        strategy: { type: 'Recreate' },
        selector: { matchLabels: own },
        template: { metadata: { labels: { app: 'web-canary', ...own } } },
      },
    })
    expect(copied(workload).spec).not.toHaveProperty('paused')
  })

  it('keeps the pods’ annotations but ours', () => {
    const template = {
      metadata: { labels: { app: 'web' }, annotations: { 'prometheus.io/scrape': 'true', 'sluice.dev/held': 'true' } },
      spec: { containers: [] },
    }
    expect(copied(deploymentWith({ spec: { template } }))).toMatchObject({
      spec: { template: { metadata: { annotations: { 'prometheus.io/scrape': 'true' } } } },
    })
  })

  it('spreads and keeps apart its own pods as the workload does its own, and leaves terms about others alone', () => {
    const about = (app: string) => ({ topologyKey: 'zone', labelSelector: { matchLabels: { app } } })
    const podSpec = {
      topologySpreadConstraints: [{ ...about('web'), maxSkew: 1 }],
      affinity: {
        nodeAffinity: { any: 'thing' },
        podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [about('cache')] },
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            {
              topologyKey: 'host',
              labelSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'x'] }] },
            },
          ],
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: about('web') }],
        },
      },
    }
    expect(copied(deploymentWith({ podSpec }))).toMatchObject({
      spec: {
        template: {
          spec: {
            topologySpreadConstraints: [{ ...about('web-canary'), maxSkew: 1 }],
            affinity: {
              nodeAffinity: { any: 'thing' },
              podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [about('cache')] },
              podAntiAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [
                  { labelSelector: { matchExpressions: [{ values: ['web-canary', 'x'] }] } },
                ],
                preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: about('web-canary') }],
              },
            },
          },
        },
      },
    })
  })

  it('leaves the workload it was given as it was', () => {
    const workload = deploymentWith()
    const before = structuredClone(workload)
    copied(workload)
    expect(workload).toEqual(before)
  })

  it('is not made when its pods cannot be told apart', () => {
    const everything = { owner: 'Service shop/all', field: 'spec.selector', selector: labelSelectorOf({}) }
    expect(copyOf(deploymentWith(), { ...options, selectors: [everything] })).toEqual({
      kind: 'problem',
      selector: everything,
    })
  })
})
