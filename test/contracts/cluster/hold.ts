import { expect } from 'vitest'
import type { StringMap } from '../../../api/json.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import {
  bypassAnnotation,
  deploymentResource,
  heldAnnotation,
  rolloutLabel,
  serviceAccountName,
  systemNamespace,
} from '../../../api/names.ts'
import { at } from '../../../cli/json.ts'
import type { KubeClient, WriteOptions } from '../../../kube/types.ts'
import type { Bed } from './bed.ts'
import type { Chapter } from './contract.ts'
import { eventually } from './eventually.ts'
import { replicaSets } from './resources.ts'
import { deployment, imageOf } from './shop.ts'

const claimed: StringMap = { [rolloutLabel]: 'a' }
const named = (bed: Bed) => ({ namespace: bed.namespace, name: 'a' })
const make = (bed: Bed, labels: StringMap = claimed) =>
  bed.make(deploymentResource, deployment('a', { replicas: 0, metadata: { labels } }))
const patch = (bed: Bed, body: unknown, client: KubeClient = bed.client, options: WriteOptions = {}) =>
  client.patch(deploymentResource, named(bed), { type: 'merge', body }, options)
const asController = (bed: Bed) => bed.actingAs(serviceAccountName, systemNamespace)

const annotate = { spec: { template: { metadata: { annotations: { version: 'v2' } } } } }
const lift = { metadata: { annotations: { [heldAnnotation]: null } }, spec: { paused: null } }
const webOf = (version: string) => ({
  spec: { template: { spec: { containers: [{ name: 'web', image: imageOf(version) }] } } },
})

const held = {
  metadata: { labels: claimed, annotations: { [heldAnnotation]: 'true' } },
  spec: { paused: true },
}

function expectFree(object: KubeObject): void {
  expect(at(object, 'spec', 'paused') ?? false).toBe(false)
  expect(object.metadata.annotations ?? {}).not.toHaveProperty([heldAnnotation])
}

async function heldOne(bed: Bed): Promise<KubeObject> {
  await make(bed)
  const object = await patch(bed, annotate)
  expect(object).toMatchObject(held)
  return object
}

/** The policies that Sluice installs, on a Deployment without pods. */
export const hold: Chapter = {
  concern: 'hold',
  cases: [
    {
      title: 'a claimed Deployment is made, labelled and annotated without being held',
      async run(bed) {
        expectFree(await make(bed))
        expectFree(await patch(bed, { metadata: { labels: { k: 'v' }, annotations: { k: 'v' } } }))
      },
    },
    {
      title: 'a new template is held, and the writer is told by a warning',
      async run(bed) {
        await make(bed)
        const { client, warnings } = bed.listening()
        expect(await patch(bed, annotate, client)).toMatchObject(held)
        expect(warnings).toHaveLength(1)
        expect(warnings[0]).toContain(
          `this update is held by Rollout a; follow it with: sluice status a -n ${bed.namespace} --watch`,
        )
      },
    },
    {
      title: 'a new template is held when it comes by PUT, of which our label and the pause are no part',
      async run(bed) {
        await make(bed)
        const plain = deployment('a', { replicas: 0, image: imageOf('v2'), metadata: { namespace: bed.namespace } })
        expect(await bed.client.replace(deploymentResource, plain)).toMatchObject(held)
        expect(await bed.client.replace(deploymentResource, plain)).toMatchObject(held)
      },
    },
    {
      title: 'a new template is held when it is applied, and the same apply again leaves it so',
      async run(bed) {
        await make(bed)
        const body = deployment('a', { replicas: 0, image: imageOf('v2'), metadata: { namespace: bed.namespace } })
        const apply = { type: 'apply', body, fieldManager: 'me', force: true } as const
        const first = await bed.client.patch(deploymentResource, named(bed), apply)
        expect(first).toMatchObject(held)
        const second = await bed.client.patch(deploymentResource, named(bed), apply)
        expect(second).toMatchObject(held)
      },
    },
    {
      title: 'a new template is held when it comes by a JSON patch or a strategic one',
      async run(bed) {
        await make(bed)
        const path = '/spec/template/spec/containers/0/image'
        const json = { type: 'json', body: [{ op: 'replace', path, value: imageOf('v2') }] } as const
        expect(await bed.client.patch(deploymentResource, named(bed), json, { dryRun: true })).toMatchObject(held)
        const type = 'application/strategic-merge-patch+json'
        const url = `/apis/apps/v1/namespaces/${bed.namespace}/deployments/a`
        expect((await bed.wire.send('PATCH', url, { body: webOf('v2'), type })).body).toMatchObject(held)
      },
    },
    {
      title: 'an update that takes the label off, or claims for another, keeps the claim with the hold',
      async run(bed) {
        await make(bed)
        const without = { metadata: { labels: { [rolloutLabel]: null } }, ...webOf('v2') }
        expect(await patch(bed, without)).toMatchObject(held)
        const other = { metadata: { labels: { [rolloutLabel]: 'x' } }, ...webOf('v3') }
        expect(await patch(bed, other)).toMatchObject(held)
      },
    },
    {
      title: 'a resume of what is held changes nothing, and the way out is told',
      async run(bed) {
        const object = await heldOne(bed)
        const { client, warnings } = bed.listening()
        const after = await patch(bed, { spec: { paused: false } }, client)
        expect(after).toMatchObject(held)
        expect(after.metadata.generation).toBe(object.metadata.generation)
        expect(warnings.join()).toContain(
          `stays held by Rollout a; to release it: sluice approve a -n ${bed.namespace}`,
        )
        expect(warnings.join()).toContain(bypassAnnotation)
      },
    },
    {
      title: 'neither the annotation nor the label of a hold can be taken off, to resume afterwards',
      async run(bed) {
        await heldOne(bed)
        expect(await patch(bed, { metadata: { annotations: { [heldAnnotation]: null } } })).toMatchObject(held)
        expect(await patch(bed, { metadata: { labels: { [rolloutLabel]: null } } })).toMatchObject(held)
        expect(await patch(bed, lift)).toMatchObject(held)
      },
    },
    {
      title: 'what is held can be scaled, by its scale and by its spec, without a word',
      async run(bed) {
        await heldOne(bed)
        const { client, warnings } = bed.listening()
        await patch(bed, { spec: { replicas: 1 } }, client, { subresource: 'scale' })
        expect(await patch(bed, { spec: { replicas: 0 } }, client)).toMatchObject(held)
        expect(warnings).toEqual([])
      },
    },
    {
      title: 'a dry run shows that an update would be held, and changes nothing',
      async run(bed) {
        await make(bed)
        expect(await patch(bed, annotate, bed.client, { dryRun: true })).toMatchObject(held)
        expect(await patch(bed, annotate, await asController(bed), { dryRun: true })).toMatchObject(held)
        expectFree(await bed.client.get(deploymentResource, named(bed)))
      },
    },
    {
      title: 'our service account is held too, is told nothing, and alone may lift the hold',
      async run(bed) {
        await make(bed)
        const controller = await asController(bed)
        expect(await patch(bed, annotate, controller)).toMatchObject(held)
        const lifted = await patch(bed, lift, controller)
        expectFree(lifted)
        expect(lifted.metadata.labels).toEqual(claimed)
      },
    },
    {
      title: 'the break-glass annotation and a resume let go, and later updates are not held',
      async run(bed) {
        await heldOne(bed)
        const { client, warnings } = bed.listening()
        await patch(bed, { metadata: { annotations: { [bypassAnnotation]: 'incident 7' } } }, client)
        const resumed = await patch(bed, { spec: { paused: false } }, client)
        expect(at(resumed, 'spec', 'paused') ?? false).toBe(false)
        expect(at(await patch(bed, webOf('v2'), client), 'spec', 'paused') ?? false).toBe(false)
        expect(warnings).toEqual([])
      },
    },
    {
      title: 'where nobody claims a Deployment an update is an ordinary one, without a word',
      async run(bed) {
        await make(bed, {})
        const { client, warnings } = bed.listening()
        expectFree(await patch(bed, annotate, client))
        expect(warnings).toEqual([])
      },
    },
    {
      title: 'the fields of a hold are nobody’s: an apply that never named them does not take them off',
      async run(bed) {
        await make(bed)
        const body = deployment('a', { replicas: 0, image: imageOf('v2'), metadata: { namespace: bed.namespace } })
        const apply = { type: 'apply', body, fieldManager: 'me', force: true } as const
        const object = await bed.client.patch(deploymentResource, named(bed), apply)
        expect(JSON.stringify(at(object, 'metadata', 'managedFields'))).not.toContain('f:paused')
      },
    },
    {
      title: 'no ReplicaSet is made for a template that is held',
      async run(bed) {
        const { metadata } = await heldOne(bed)
        await eventually(async () => {
          const { status } = await bed.client.get(deploymentResource, named(bed))
          expect(at(status, 'observedGeneration')).toBe(metadata.generation)
        })
        const { items } = await bed.client.list(replicaSets, { namespace: bed.namespace })
        expect(items.filter(({ spec }) => at(spec, 'template', 'metadata', 'annotations') !== undefined)).toEqual([])
      },
    },
  ],
}
