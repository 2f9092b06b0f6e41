import { expect } from 'vitest'
import type { KubeObject } from '../../../api/kube-object.ts'
import { at, listAt } from '../../../cli/json.ts'
import type { Bed } from './bed.ts'
import type { Chapter, ContractCase } from './contract.ts'
import { conflict, invalid, refusal } from './refusal.ts'
import { configMaps, coreEvents, events, leases } from './resources.ts'
import { configMap } from './shop.ts'

const named = (bed: Bed) => ({ namespace: bed.namespace, name: 'a' })
const time = '2026-11-01T00:00:00.123456Z'

async function event(bed: Bed): Promise<KubeObject> {
  const { apiVersion, kind, metadata } = await bed.make(configMaps, configMap('about'))
  const { name, uid } = metadata
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: 'a' },
    eventTime: time,
    reportingController: 'contract.test/suite',
    reportingInstance: 'one',
    action: 'Try',
    reason: 'Tried',
    regarding: { apiVersion, kind, name, namespace: bed.namespace, uid },
    note: 'it was tried',
    type: 'Normal',
  }
}

const eventCases: readonly ContractCase[] = [
  {
    title: 'an event of events.k8s.io is one of the core group too, in the words of that',
    async run(bed) {
      const made = await bed.make(events, await event(bed))
      expect(made).toMatchObject({ eventTime: time, note: 'it was tried', regarding: { name: 'about' } })
      const core = await bed.client.get(coreEvents, named(bed))
      expect(core).toMatchObject({
        apiVersion: 'v1',
        metadata: { uid: made.metadata.uid },
        eventTime: time,
        involvedObject: { kind: 'ConfigMap', name: 'about' },
        message: 'it was tried',
        reportingComponent: 'contract.test/suite',
        reportingInstance: 'one',
        action: 'Try',
        reason: 'Tried',
        type: 'Normal',
      })
    },
  },
  {
    title: 'an event of the core group is one of events.k8s.io too',
    async run(bed) {
      const involvedObject = { apiVersion: 'v1', kind: 'ConfigMap', name: 'about', namespace: bed.namespace }
      const core = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'a' },
        involvedObject,
        reason: 'Tried',
        message: 'it was tried',
        type: 'Warning',
        count: 2,
      }
      await bed.make(coreEvents, core)
      expect(await bed.client.get(events, named(bed))).toMatchObject({
        apiVersion: 'events.k8s.io/v1',
        regarding: { name: 'about' },
        note: 'it was tried',
        reason: 'Tried',
        type: 'Warning',
        deprecatedCount: 2,
      })
    },
  },
  {
    title: 'a repeated event is counted in its series by a merge patch',
    async run(bed) {
      await bed.make(events, await event(bed))
      const body = { series: { count: 3, lastObservedTime: time } }
      const patched = await bed.client.patch(events, named(bed), { type: 'merge', body })
      expect(patched['series']).toEqual({ count: 3, lastObservedTime: time })
    },
  },
  {
    title: 'events are found by whom they are about, as kubectl describe asks',
    async run(bed) {
      await bed.make(events, await event(bed))
      const { items } = await bed.client.list(configMaps, {
        namespace: bed.namespace,
        fieldSelector: 'metadata.name=about',
      })
      const uid = items[0]?.metadata.uid ?? ''
      const count = async (fieldSelector: string) =>
        (await bed.client.list(coreEvents, { namespace: bed.namespace, fieldSelector })).items.length
      expect(await count(`involvedObject.name=about,involvedObject.uid=${uid}`)).toBe(1)
      expect(await count('involvedObject.name=other')).toBe(0)
      expect(await count('reason=Tried,type=Normal')).toBe(1)
    },
  },
  {
    title: 'an event must say who reports it',
    async run(bed) {
      const wrong = { ...(await event(bed)), reportingController: undefined }
      const refused = await refusal(bed.make(events, wrong))
      expect(refused).toMatchObject({ ...invalid, fields: ['reportingController'] })
    },
  },
]

const lease = (spec: object): KubeObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'a' },
  spec: { ...spec },
})
const heldBy = (holderIdentity: string) =>
  lease({ holderIdentity, leaseDurationSeconds: 15, acquireTime: time, renewTime: time, leaseTransitions: 0 })

const leaseCases: readonly ContractCase[] = [
  {
    title: 'a Lease keeps its times to the microsecond',
    async run(bed) {
      expect((await bed.make(leases, heldBy('one')))['spec']).toEqual(heldBy('one')['spec'])
      expect((await bed.client.get(leases, named(bed)))['spec']).toEqual(heldBy('one')['spec'])
    },
  },
  {
    title: 'of two who take a Lease at once one has it, and the other is told of the Conflict',
    async run(bed) {
      const free = await bed.make(leases, heldBy(''))
      const outcomes = await Promise.allSettled(
        ['one', 'two'].map((identity) => bed.client.replace(leases, { ...free, spec: heldBy(identity)['spec'] })),
      )
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      const lost = outcomes.find((outcome) => outcome.status === 'rejected')
      expect(lost?.reason).toMatchObject(conflict)
    },
  },
  {
    title: 'a Lease of no duration is refused by its field',
    async run(bed) {
      const refused = await refusal(bed.make(leases, lease({ holderIdentity: 'one', leaseDurationSeconds: 0 })))
      expect(refused).toMatchObject({ ...invalid, fields: ['spec.leaseDurationSeconds'] })
    },
  },
]

const served: readonly ContractCase[] = [
  {
    title: 'the version of the server is one that serves our hold, and discovery says that it does',
    async run(bed) {
      expect(at(await bed.client.request('GET', '/version'), 'gitVersion')).toMatch(/^v1\.36\./)
      const admission = await bed.client.request('GET', '/apis/admissionregistration.k8s.io/v1')
      expect(listAt(admission, 'resources').map((one) => at(one, 'name'))).toEqual(
        expect.arrayContaining([
          'mutatingadmissionpolicies',
          'mutatingadmissionpolicybindings',
          'validatingadmissionpolicies',
        ]),
      )
    },
  },
  {
    title: 'discovery lists Deployments with their short name and subresources, and groups with their versions',
    async run(bed) {
      const apps = listAt(await bed.client.request('GET', '/apis/apps/v1'), 'resources')
      expect(apps).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            name: 'deployments',
            singularName: 'deployment',
            kind: 'Deployment',
            namespaced: true,
            shortNames: ['deploy'],
            categories: ['all'],
          }),
          expect.objectContaining({ name: 'deployments/status', kind: 'Deployment' }),
          expect.objectContaining({ name: 'deployments/scale', kind: 'Scale', group: 'autoscaling', version: 'v1' }),
        ]),
      )
      expect(at(await bed.client.request('GET', '/api'), 'versions')).toEqual(['v1'])
      const groups = listAt(await bed.client.request('GET', '/apis'), 'groups').map((one) => at(one, 'name'))
      expect(groups).toEqual(expect.arrayContaining(['apps', 'networking.k8s.io', 'sluice.dev']))
    },
  },
  {
    title: 'the server says that it is ready, and describes its kinds in OpenAPI',
    async run(bed) {
      expect(await bed.wire.send('GET', '/readyz')).toMatchObject({ status: 200, text: 'ok' })
      const paths = at(await bed.client.request('GET', '/openapi/v3'), 'paths')
      expect(Object.keys(Object(paths))).toEqual(
        expect.arrayContaining(['api/v1', 'apis/apps/v1', 'apis/sluice.dev/v1alpha1']),
      )
    },
  },
]

export const records: Chapter = { concern: 'records', cases: [...eventCases, ...leaseCases, ...served] }
