import type { KubeObject, Resource } from '../kube-object.ts'
import type { Schema } from './schema.ts'

export interface Definition {
  readonly resource: Resource
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly schema: Schema
  readonly columns: readonly Column[]
}

/** One column of `kubectl get`; those of priority 1 are shown with `-o wide`. */
export interface Column {
  readonly name: string
  readonly type: 'string' | 'integer' | 'date'
  readonly jsonPath: string
  readonly description: string
  readonly priority?: 1
}

export const age: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'How long ago it was made.',
}

/** The CustomResourceDefinition of one kind; with a status of its own where its schema has one. */
export function crdOf({ resource, singular, shortNames, schema, columns }: Definition): KubeObject {
  const { group, version, plural, kind, namespaced } = resource
  const hasStatus = schema.properties?.['status'] !== undefined
  const categories = hasStatus ? ['sluice', 'all'] : ['sluice']
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels: { 'app.kubernetes.io/name': 'sluice' } },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { plural, singular, kind, listKind: `${kind}List`, shortNames, categories },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(hasStatus ? { subresources: { status: {} } } : {}),
          schema: { openAPIV3Schema: schema },
          additionalPrinterColumns: columns,
        },
      ],
    },
  }
}
