import { expect } from 'vitest'
import type { JsonObject } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { deploymentResource, endpointSliceResource, podResource, serviceResource } from '../../../api/names.ts'
import { at, listAt } from '../../../cli/json.ts'
import type { Bed } from './bed.ts'
import type { Chapter } from './contract.ts'
import { eventually } from './eventually.ts'
import { isReady, podsOf, rolledOut, web } from './rollouts-seen.ts'
import { deployment, lingering, neverReady, service } from './shop.ts'

const serviceName = 'kubernetes.io/service-name'
const makeService = (bed: Bed, spec: JsonObject = {}) => bed.make(serviceResource, service('web', spec))

async function slices(bed: Bed, name = 'web'): Promise<readonly KubeObject[]> {
  const selection = { namespace: bed.namespace, labelSelector: `${serviceName}=${name}` }
  return (await bed.client.list(endpointSliceResource, selection)).items
}

const endpoints = async (bed: Bed) => (await slices(bed)).flatMap((slice) => listAt(slice, 'endpoints'))
const expectEndpoints = (bed: Bed, expected: readonly unknown[]) =>
  eventually(async () => expect(await endpoints(bed)).toMatchObject(expected))
const ready = { conditions: { ready: true, serving: true, terminating: false } }

export const endpointCases: Chapter = {
  concern: 'endpoints',
  cases: [
    {
      title: 'a Service has a slice of the ready pods that it selects, each with its address, node and pod',
      async run(bed) {
        const made = await makeService(bed)
        await rolledOut(bed)
        await expectEndpoints(bed, [ready])
        const [pod] = await podsOf(bed)
        const [slice] = await slices(bed)
        expect(slice).toMatchObject({
          metadata: {
            labels: {
              [serviceName]: 'web',
              'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
            },
            ownerReferences: [
              { apiVersion: 'v1', kind: 'Service', name: 'web', uid: made.metadata.uid, controller: true },
            ],
          },
          addressType: 'IPv4',
          ports: [{ name: '', port: 8080, protocol: 'TCP' }],
          endpoints: [
            {
              addresses: [at(pod, 'status', 'podIP')],
              nodeName: at(pod, 'spec', 'nodeName'),
              targetRef: { kind: 'Pod', name: pod?.metadata.name, namespace: bed.namespace, uid: pod?.metadata.uid },
            },
          ],
        })
        expect(slice?.metadata.name).toMatch(/^web-\w{5}$/)
      },
    },
    {
      title: 'a pod that is not ready is in the slice as not ready',
      async run(bed) {
        await makeService(bed)
        await bed.make(deploymentResource, deployment('web', { annotations: neverReady }))
        await expectEndpoints(bed, [{ conditions: { ready: false, serving: false, terminating: false } }])
      },
    },
    {
      title: 'a pod that is leaving and still answers is terminating and serving, and not ready',
      async run(bed) {
        await makeService(bed)
        await rolledOut(bed, { annotations: lingering(1_500) })
        await expectEndpoints(bed, [ready])
        await bed.client.delete(deploymentResource, web(bed), { propagationPolicy: 'Background' })
        await expectEndpoints(bed, [{ conditions: { ready: false, serving: true, terminating: true } }])
        await eventually(async () => expect(await endpoints(bed)).toEqual([]))
      },
    },
    {
      title: 'a Service that publishes what is not ready calls it ready',
      async run(bed) {
        await makeService(bed, { publishNotReadyAddresses: true })
        await bed.make(deploymentResource, deployment('web', { annotations: neverReady }))
        await expectEndpoints(bed, [{ conditions: { ready: true } }])
      },
    },
    {
      title: 'a target port by name is the port of that name in the pods',
      async run(bed) {
        const ports = [
          { name: 'http', port: 80, targetPort: 'web' },
          { name: 'admin', port: 81, targetPort: 9090 },
        ]
        await makeService(bed, { ports })
        const containers = [{ name: 'web', image: 'web:v1', ports: [{ name: 'web', containerPort: 8081 }] }]
        await rolledOut(bed, { podSpec: { containers } })
        await expectEndpoints(bed, [ready])
        const found = (await slices(bed)).flatMap((slice) => listAt(slice, 'ports'))
        expect(new Map(found.map((port) => [at(port, 'name'), at(port, 'port')]))).toEqual(
          new Map([
            ['http', 8081],
            ['admin', 9090],
          ]),
        )
      },
    },
    {
      title: 'a Service that selects nothing that is there has no endpoint',
      async run(bed) {
        await rolledOut(bed)
        await makeService(bed, { selector: { app: 'other' } })
        await eventually(async () => expect(await slices(bed)).toHaveLength(1))
        expect(await endpoints(bed)).toEqual([])
      },
    },
    {
      title: 'a Service without a selector has no slice of the controller’s, beside one that has',
      async run(bed) {
        await bed.make(serviceResource, { ...service('bare'), spec: { ports: [{ port: 80 }] } })
        await makeService(bed)
        await rolledOut(bed)
        await expectEndpoints(bed, [ready])
        expect(await slices(bed, 'bare')).toEqual([])
      },
    },
    {
      title: 'another selector brings other endpoints',
      async run(bed) {
        await makeService(bed)
        await rolledOut(bed, { replicas: 2 })
        await eventually(async () => expect(await endpoints(bed)).toHaveLength(2))
        const select = (selector: JsonObject) =>
          bed.client.patch(serviceResource, web(bed), { type: 'merge', body: { spec: { selector } } })
        await select({ app: 'web', side: 'none' })
        await eventually(async () => expect(await endpoints(bed)).toEqual([]))
        await select({ side: null })
        await eventually(async () => expect(await endpoints(bed)).toHaveLength(2))
      },
    },
    {
      title: 'a pod that is given another label leaves the slice, and its ReplicaSet makes another',
      async run(bed) {
        await makeService(bed)
        await rolledOut(bed)
        await expectEndpoints(bed, [ready])
        const [pod] = await podsOf(bed)
        const name = { namespace: bed.namespace, name: pod?.metadata.name ?? '' }
        await bed.client.patch(podResource, name, { type: 'merge', body: { metadata: { labels: { app: 'out' } } } })
        await eventually(async () => {
          const [other] = await podsOf(bed)
          expect(other?.metadata.uid).not.toBe(pod?.metadata.uid)
          expect(other && isReady(other)).toBe(true)
          expect(await endpoints(bed)).toMatchObject([{ targetRef: { uid: other?.metadata.uid } }])
        })
        expect((await bed.client.get(podResource, name)).metadata.ownerReferences).toBeUndefined()
      },
    },
    {
      title: 'with a Service go its slices',
      async run(bed) {
        await makeService(bed)
        await rolledOut(bed)
        await expectEndpoints(bed, [ready])
        await bed.client.delete(serviceResource, web(bed))
        await eventually(async () => expect(await slices(bed)).toEqual([]))
      },
    },
    {
      title: 'a slice that is deleted is made again',
      async run(bed) {
        await makeService(bed)
        await rolledOut(bed)
        await expectEndpoints(bed, [ready])
        const [slice] = await slices(bed)
        await bed.client.delete(endpointSliceResource, { namespace: bed.namespace, name: slice?.metadata.name ?? '' })
        await expectEndpoints(bed, [ready])
      },
    },
  ],
}
