import type { JsonObject } from '../../../api/json.ts'
import type { KubeObject, Resource } from '../../../api/kube-object.ts'

export const widgets: Resource = {
  group: 'contract.test',
  version: 'v1',
  plural: 'widgets',
  kind: 'Widget',
  namespaced: true,
}

const spec = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 9 },
    color: { type: 'string', enum: ['red', 'green'], default: 'red' },
    code: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 4 },
    since: { type: 'string', format: 'date-time' },
    fixed: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'stays as it is' }] },
    wait: { type: 'string', maxLength: 16, 'x-kubernetes-validations': [{ rule: "duration(self) > duration('0s')" }] },
    ratio: { type: 'number' },
    share: { type: 'number', minimum: 0.5, maximum: 100 },
    anything: { 'x-kubernetes-preserve-unknown-fields': true },
    notes: { type: 'object', additionalProperties: { type: 'string' } },
    open: { type: 'boolean' },
    amount: { 'x-kubernetes-int-or-string': true, pattern: '^[0-9]+%$' },
    replicas: { type: 'integer' },
    note: { type: 'string', nullable: true },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    limits: { type: 'object', additionalProperties: { type: 'integer', maximum: 9 } },
    nested: { type: 'object', properties: { depth: { type: 'integer', default: 3 } } },
    tags: { type: 'array', minItems: 1, maxItems: 3, items: { type: 'string', maxLength: 5 } },
    set: { type: 'array', maxItems: 9, 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    parts: {
      type: 'array',
      maxItems: 5,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string', maxLength: 20 }, weight: { type: 'integer' } },
        'x-kubernetes-validations': [{ rule: '!has(self.weight) || self.weight >= 0', message: 'has no weight' }],
      },
    },
  },
  'x-kubernetes-validations': [
    {
      rule: '!has(self.replicas) || self.replicas >= self.size',
      messageExpression: "self.size > 5 ? 'needs many replicas' : 'needs more replicas'",
      fieldPath: '.replicas',
    },
  ],
}

const status = {
  type: 'object',
  properties: {
    phase: { type: 'string', enum: ['Up', 'Down'] },
    replicas: { type: 'integer' },
    selector: { type: 'string' },
    observedGeneration: { type: 'integer' },
  },
}

/** A kind with one of everything that our own kinds use, and a little more. */
export const widgetDefinition: KubeObject = definitionOf(widgets, {
  shortNames: ['wd'],
  categories: ['contract'],
  version: {
    subresources: {
      status: {},
      scale: {
        specReplicasPath: '.spec.replicas',
        statusReplicasPath: '.status.replicas',
        labelSelectorPath: '.status.selector',
      },
    },
    schema: {
      openAPIV3Schema: {
        type: 'object',
        required: ['spec'],
        properties: { spec, status },
        'x-kubernetes-validations': [{ rule: 'size(self.metadata.name) <= 20', message: 'has too long a name' }],
      },
    },
    additionalPrinterColumns: [
      { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
      { name: 'Note', type: 'string', jsonPath: '.spec.note', priority: 1 },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  },
})

export interface DefinitionParts {
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly version: JsonObject
}

export function definitionOf(
  resource: Resource,
  { shortNames = [], categories = [], version }: DefinitionParts,
): KubeObject {
  const { group, plural, kind, namespaced } = resource
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List`, shortNames, categories },
      versions: [{ name: resource.version, served: true, storage: true, ...version }],
    },
  }
}

export function widget(name: string, more: JsonObject = {}, rest: JsonObject = {}): KubeObject {
  return { apiVersion: 'contract.test/v1', kind: 'Widget', metadata: { name }, spec: { size: 1, ...more }, ...rest }
}
