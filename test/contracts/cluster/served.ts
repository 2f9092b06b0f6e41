import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { objectOf } from '../../../api/json.ts'
import { at, listAt } from '../../../cli/json.ts'
import type { Bed } from './bed.ts'
import type { Chapter } from './contract.ts'
import type { Wire } from './wire.ts'

/** Where the kinds are served that Sluice, kubectl and Helm meet. */
export const served: readonly string[] = [
  ...[
    'configmaps',
    'events',
    'namespaces',
    'nodes',
    'pods',
    'podtemplates',
    'secrets',
    'serviceaccounts',
    'services',
  ].map((plural) => `/api/v1/${plural}`),
  ...['controllerrevisions', 'deployments', 'replicasets', 'statefulsets'].map((plural) => `/apis/apps/v1/${plural}`),
  ...['ingressclasses', 'ingresses'].map((plural) => `/apis/networking.k8s.io/v1/${plural}`),
  ...['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'].map(
    (plural) => `/apis/rbac.authorization.k8s.io/v1/${plural}`,
  ),
  '/apis/autoscaling/v2/horizontalpodautoscalers',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies',
  '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
  '/apis/coordination.k8s.io/v1/leases',
  '/apis/discovery.k8s.io/v1/endpointslices',
  '/apis/events.k8s.io/v1/events',
]

const asTable = 'application/json;as=Table;v=v1;g=meta.k8s.io'

/** How discovery lists the kind, and the columns of its table. */
export async function readServed(wire: Wire, place: string): Promise<unknown> {
  const [group, plural] = [place.slice(0, place.lastIndexOf('/')), place.slice(place.lastIndexOf('/') + 1)]
  const resources = listAt((await wire.send('GET', group)).body, 'resources')
  const listed = objectOf(resources.find((one) => at(one, 'name') === plural))
  const table = (await wire.send('GET', `${place}?limit=1`, { accept: asTable })).body
  const columns = listAt(table, 'columnDefinitions').map(
    (column) => `${String(at(column, 'name'))}${at(column, 'priority') === 0 ? '' : ' (wide)'}`,
  )
  const { kind, singularName, namespaced, shortNames, categories } = listed
  const verbs = listAt(listed, 'verbs').map(String).sort()
  return { kind, singularName, namespaced, shortNames, categories, verbs: verbs.join(' '), columns: columns.join(', ') }
}

/** As a kube-apiserver 1.36 serves them. */
const real = objectOf(JSON.parse(readFileSync(new URL('served.json', import.meta.url), 'utf8')))

export const servedKinds: Chapter = {
  concern: 'kinds',
  cases: served.map((place) => ({
    title: `${place} is listed by discovery and shown as a table as a real server does`,
    async run(bed: Bed) {
      expect(await readServed(bed.wire, place)).toEqual(real[place])
    },
  })),
}
