import type { Api } from '../server/api.ts'
import type { ControllerContext, Running } from './context.ts'
import { createLoop } from './loop.ts'
import { namespaces, serviceAccounts } from './resources.ts'

const name = 'default'

/** Gives every Namespace the service account `default`, and gives it again when it was deleted. */
export function runServiceAccounts(context: Omit<ControllerContext, 'shelves'>): Running {
  const { api } = context
  if (api.kind(serviceAccounts) === undefined || api.kind(namespaces) === undefined) return { stop: () => undefined }
  const loop = createLoop({ ...context, reconcile: (namespace) => reconcile(api, namespace) })
  const ends = [
    api.watch(namespaces, {}, ({ object: { metadata } }) => loop.add(metadata.name)),
    api.watch(serviceAccounts, {}, ({ type, object: { metadata } }) => {
      if (type === 'DELETED' && metadata.name === name) loop.add(metadata.namespace ?? '')
    }),
  ]
  return {
    stop() {
      for (const end of ends) end()
      loop.stop()
    },
  }
}

function reconcile(api: Api, namespace: string): undefined {
  const place = api.find(namespaces, { name: namespace })
  if (place === undefined || place.metadata.deletionTimestamp !== undefined) return
  if (api.find(serviceAccounts, { namespace, name }) !== undefined) return
  api.create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } })
}
