import type { KubeObject, Resource } from '../../api/kube-object.ts'

export const WIDGETS: Resource = {
  group: 'kube.test',
  version: 'v1',
  plural: 'widgets',
  kind: 'Widget',
  namespaced: true,
}

/** A kind with one rule to break: `spec.size` is at least 1. */
export function widgetDefinition(): KubeObject {
  const size = { type: 'object', properties: { size: { type: 'integer', minimum: 1 } } }
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: size } } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.kube.test' },
    spec: {
      group: 'kube.test',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  }
}
