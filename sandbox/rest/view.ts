import type { KubeObject } from '../../api/kube-object.ts'
import { apiVersionOf } from '../../kube/json.ts'
import type { KubeList } from '../../kube/types.ts'
import type { Column, Kind } from '../server/kind.ts'
import { badRequest } from '../server/refusal.ts'

/** Makes what is sent of objects: themselves, or the rows of a table. */
export interface Show {
  object(object: KubeObject): unknown
  list(list: KubeList): unknown
  /** What a bookmark carries: a version, and no object. */
  bookmark(resourceVersion: string, annotations?: Readonly<Record<string, string>>): unknown
}

export function showWhole({ resource }: Kind): Show {
  const apiVersion = apiVersionOf(resource)
  return {
    object: (object) => object,
    list: (list) => ({ kind: `${resource.kind}List`, apiVersion, metadata: listMeta(list), items: list.items }),
    bookmark: (resourceVersion, annotations = {}) => ({
      kind: resource.kind,
      apiVersion,
      metadata: { resourceVersion, creationTimestamp: null, annotations },
    }),
  }
}

/** For `kubectl get`. `includeObject`: what each row carries along, `Metadata` unless it is said. */
export function showTable(kind: Kind, nowMs: () => number, includeObject: string | null): Show {
  const carried = carriedBy(includeObject ?? 'Metadata')
  const row = (object: KubeObject) => ({ cells: cellsOf(kind, object, nowMs()), ...carried(object) })
  return {
    object: (object) => tableOf(kind, { resourceVersion: object.metadata.resourceVersion }, [row(object)]),
    list: (list) => tableOf(kind, listMeta(list), list.items.map(row)),
    bookmark: (resourceVersion, annotations = {}) => {
      const object = { kind: 'PartialObjectMetadata', apiVersion: metaV1, metadata: { resourceVersion, annotations } }
      return tableOf(kind, { resourceVersion }, [{ cells: kind.columns.map(() => null), object }])
    },
  }
}

const metaV1 = 'meta.k8s.io/v1'

const listMeta = ({ resourceVersion, continue: more }: KubeList) => ({
  resourceVersion,
  ...(more !== undefined && { continue: more }),
})

const tableOf = (kind: Kind, metadata: unknown, rows: readonly unknown[]) => ({
  kind: 'Table',
  apiVersion: metaV1,
  metadata,
  columnDefinitions: kind.columns.map(columnDefinition),
  rows,
})

/** kubectl finds by its format the column that it puts `deployment.apps/` before. */
const columnDefinition = ({ name, type, priority }: Column) => ({
  name,
  type,
  format: name === 'Name' ? 'name' : '',
  description: '',
  priority,
})

const cellsOf = ({ columns }: Kind, object: KubeObject, nowMs: number) => columns.map(({ cell }) => cell(object, nowMs))

type Carried = (object: KubeObject) => { readonly object?: unknown }

function carriedBy(includeObject: string): Carried {
  switch (includeObject) {
    case 'None':
      return () => ({})
    case 'Metadata':
      return ({ metadata }) => ({ object: { kind: 'PartialObjectMetadata', apiVersion: metaV1, metadata } })
    case 'Object':
      return (object) => ({ object })
    default:
      throw badRequest(`unrecognized includeObject value: "${includeObject}"`)
  }
}
