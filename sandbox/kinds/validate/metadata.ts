import { type JsonObject, objectsOf, pick, stringsOf } from '../../../api/json.ts'
import { type Check, fields, invalidValue, items, type Rules, when } from './cause.ts'
import { isLabelValue, isQualified } from './names.ts'

/** Characters of all annotations of an object together. */
const mostAnnotations = 256 * 1024
/** The last one is that of definitions, whose group asks for no slash. */
const standardFinalizers = [
  'customresourcecleanup.apiextensions.k8s.io',
  'orphan',
  'foregroundDeletion',
  'kubernetes',
  'customresourcecleanup.apiextensions.k8s.io',
]

/** Labels, or what a selector matches. */
export const areLabels: Check = (labels, at) =>
  Object.entries(stringsOf(labels)).flatMap(([key, value]) => [...isQualified(key, at), ...isLabelValue(value, at)])

const areAnnotations: Check = (annotations, at) => {
  const entries = Object.entries(stringsOf(annotations))
  const size = entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0)
  const tooLong = { field: at, message: `Too long: may not be more than ${mostAnnotations} bytes` }
  return [
    ...entries.flatMap(([key]) => isQualified(key.toLowerCase(), at)),
    ...when(size > mostAnnotations, () => tooLong),
  ]
}

const empty = 'must not be empty'
const words = Object.entries({ apiVersion: `version ${empty}`, kind: empty, name: empty, uid: empty })

/** The path of an owner's field is that of the list: so the API says it. */
const areOwners: Check = (owners, at) => {
  const [first, second] = objectsOf(owners).filter(({ controller }) => controller === true)
  const nameOf = (owner: JsonObject = {}) => Object.values(pick(owner, ['kind', 'name'])).join('/')
  const two = `Only one reference can have Controller set to true. Found "true" in references for ${nameOf(first)} and ${nameOf(second)}`
  return [
    ...objectsOf(owners).flatMap((owner) =>
      words.flatMap(([key, word]) => when(owner[key] === '', () => invalidValue(`${at}.${key}`, '', word))),
    ),
    ...when(second !== undefined, () => invalidValue(at, owners, two)),
  ]
}

const isFinalizer: Check = (finalizer, at) => {
  const isKnown = typeof finalizer === 'string' && (finalizer.includes('/') || standardFinalizers.includes(finalizer))
  const unknown = 'name is neither a standard finalizer name nor is it fully qualified'
  return [
    ...isQualified(finalizer, at.replace(/\[\d+\]$/, '')),
    ...when(!isKnown, () => invalidValue(at, finalizer, unknown)),
  ]
}

const isMetadata = fields({
  labels: areLabels,
  annotations: areAnnotations,
  ownerReferences: areOwners,
  finalizers: items(isFinalizer),
})

/** The metadata of objects and of pod templates, whose labels the API calls `template.labels`. */
export const metadataRules: Rules = {
  'meta.ObjectMeta': (metadata, at) => isMetadata(metadata, at.replace(/\btemplate\.metadata$/, 'template')),
}
