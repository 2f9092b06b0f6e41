import { isRecord, type JsonObject, objectOf, objectsOf, textOf } from '../../api/json.ts'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import type { FieldCause } from '../../kube/errors.ts'
import type { Kind, ScalePaths } from '../server/kind.ts'
import type { Cel } from './cel.ts'
import { printerColumns } from './printer-columns.ts'
import type { Problem } from './problem.ts'
import { readSchema } from './read-schema.ts'
import type { Schema } from './schema.ts'
import { completedFields } from './schema-complete.ts'
import { ruleProblems } from './schema-rules.ts'
import { schemaProblems } from './schema-validate.ts'
import { textsOf } from './texts.ts'

/** The kinds that a CustomResourceDefinition stands for: one for each version that is served. */
export function customKinds(definition: KubeObject, cel: Cel): readonly Kind[] {
  const served = objectsOf(objectOf(definition['spec'])['versions']).filter((version) => version['served'] === true)
  return served.map(({ name }) => customKind(definition, String(name), cel))
}

/** How one version of a custom resource is served. */
export function customKind(definition: KubeObject, version: string, cel: Cel): Kind {
  const spec = objectOf(definition['spec'])
  const found = objectsOf(spec['versions']).find(({ name }) => name === version) ?? {}
  const names = objectOf(spec['names'])
  const openApi = objectOf(objectOf(found['schema'])['openAPIV3Schema'])
  const schema: Schema = { ...readSchema(openApi, cel), isEmbedded: true }
  const subresources = objectOf(found['subresources'])
  const scale = scaleOf(subresources)
  return {
    resource: resourceOf(spec, names, version),
    singular: textOf(names['singular']) ?? String(names['kind']).toLowerCase(),
    shortNames: textsOf(names['shortNames']),
    categories: textsOf(names['categories']),
    subresources: [
      ...(isRecord(subresources['status']) ? (['status'] as const) : []),
      ...(scale === undefined ? [] : (['scale'] as const)),
    ],
    hasGeneration: true,
    allowsBlindUpdate: false,
    patchesByStrategy: false,
    complete: (object, onUnknown) => completedObject(schema, object, onUnknown),
    validate: (object, old) => causesIn(cel, schema, object, old),
    columns: printerColumns(found['additionalPrinterColumns']),
    ...(scale === undefined ? {} : { scale }),
    schema: openApi,
  }
}

function resourceOf(spec: JsonObject, names: JsonObject, version: string): Resource {
  return {
    group: String(spec['group']),
    version,
    plural: String(names['plural']),
    kind: String(names['kind']),
    namespaced: spec['scope'] === 'Namespaced',
  }
}

function scaleOf({ scale }: JsonObject): ScalePaths | undefined {
  if (!isRecord(scale)) return undefined
  const selector = textOf(scale['labelSelectorPath'])
  return {
    spec: String(scale['specReplicasPath']),
    status: String(scale['statusReplicasPath']),
    ...(selector === undefined ? {} : { selector }),
  }
}

function completedObject(schema: Schema, object: KubeObject, onUnknown?: (path: string) => void): KubeObject {
  const fields = completedFields(schema, object, onUnknown)
  const { apiVersion, kind, metadata } = object
  return fields === object ? object : { ...fields, apiVersion, kind, metadata }
}

const unchecked: FieldCause = {
  field: '<nil>',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
}

/** Rules are asked once the object is what they expect. */
function causesIn(cel: Cel, schema: Schema, object: KubeObject, old: KubeObject | undefined): readonly FieldCause[] {
  const problems = schemaProblems(schema, object, old, '')
  if (problems.some(({ blocksRules }) => blocksRules))
    return [...problems.map(causeOf), ...(schema.hasRules ? [unchecked] : [])]
  return [...problems, ...ruleProblems(cel, schema, object, old, '')].map(causeOf)
}

const causeOf = ({ field, message }: Problem): FieldCause => ({ field, message })
