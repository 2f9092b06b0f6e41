import type { KubeObject, Resource } from '../../api/kube-object.ts'
import { cleanupFinalizer } from '../policy/established.ts'
import type { Api } from '../server/api.ts'
import type { ControllerContext, Running } from './context.ts'
import { watchEverything } from './everything.ts'
import { createLoop } from './loop.ts'
import { definitions } from './resources.ts'

/** Deletes the objects of a CustomResourceDefinition that is being deleted, and lets it go when none is left. */
export function runDefinitions(context: Omit<ControllerContext, 'shelves'>): Running {
  const { api } = context
  const leaving = new Set<string>()
  const kinds = watchEverything(api, (resource, { type, object: { metadata } }) => {
    if (resource.plural === definitions.plural && resource.group === definitions.group) {
      if (type === 'DELETED') leaving.delete(metadata.name)
      else if (metadata.deletionTimestamp !== undefined) {
        leaving.add(metadata.name)
        loop.add(metadata.name)
      }
    } else if (type === 'DELETED' && leaving.has(nameOf(resource))) loop.add(nameOf(resource))
  })
  const loop = createLoop({ ...context, reconcile: (name) => reconcile(api, name) })
  kinds.start()
  return {
    stop() {
      kinds.stop()
      loop.stop()
    },
  }
}

const nameOf = ({ plural, group }: Resource): string => `${plural}.${group}`

function reconcile(api: Api, name: string): undefined {
  const definition = api.find(definitions, { name })
  const { deletionTimestamp, finalizers = [] } = definition?.metadata ?? {}
  if (definition === undefined || deletionTimestamp === undefined || !finalizers.includes(cleanupFinalizer)) return
  const resource = api.kinds().find((kind) => nameOf(kind.resource) === name)?.resource
  if (resource !== undefined && !isEmptied(api, resource)) return
  const rest = finalizers.filter((one) => one !== cleanupFinalizer)
  api.replace(definitions, { ...definition, metadata: { ...definition.metadata, finalizers: rest } })
}

/** Deletes what is there; true when nothing is left. */
function isEmptied(api: Api, resource: Resource): boolean {
  const isStaying = ({ metadata }: KubeObject) => metadata.deletionTimestamp === undefined
  for (const object of api.list(resource).items.filter(isStaying)) api.delete(resource, object.metadata)
  return api.list(resource).items.length === 0
}
