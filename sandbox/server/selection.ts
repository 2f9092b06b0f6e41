import type { StringMap } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import type { Selection } from '../../kube/types.ts'
import type { Kind } from './kind.ts'
import { badRequest } from './refusal.ts'

export type Selected = (object: KubeObject) => boolean

/** What a list or a watch is limited to, as one question. Throws 400 for what cannot be asked. */
export function selectionOf(kind: Kind, { namespace, labelSelector, fieldSelector }: Selection): Selected {
  const tests = [
    ...(kind.resource.namespaced && namespace ? [inNamespace(namespace)] : []),
    ...(labelSelector ? requirementsOf(labelSelector).map(byLabel) : []),
    ...(fieldSelector ? fieldSelector.split(',').map((term) => byField(kind, term)) : []),
  ]
  return (object) => tests.every((test) => test(object))
}

const inNamespace =
  (namespace: string): Selected =>
  (object) =>
    object.metadata.namespace === namespace

const byLabel =
  (holds: (labels: StringMap) => boolean): Selected =>
  (object) =>
    holds(object.metadata.labels ?? {})

type Requirement = (labels: StringMap) => boolean

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k`; a key that is absent differs from every value. */
function requirementsOf(text: string): readonly Requirement[] {
  return text.split(/,(?![^(]*\))/).map((term) => requirementOf(term.trim(), text))
}

const key = '[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?'
const setTerm = new RegExp(`^(${key})\\s+(in|notin)\\s*\\(([^()]*)\\)$`)
const equalTerm = new RegExp(`^(${key})\\s*(==|=|!=)\\s*([A-Za-z0-9._-]*)$`)
const existsTerm = new RegExp(`^(!?)\\s*(${key})$`)

function requirementOf(term: string, text: string): Requirement {
  const [, setKey = '', verb, list = ''] = setTerm.exec(term) ?? []
  if (verb !== undefined) {
    const values = list.split(',').map((value) => value.trim())
    return (labels) => isAmong(labels[setKey], values) === (verb === 'in')
  }
  const [, equalKey = '', operator, value] = equalTerm.exec(term) ?? []
  if (operator !== undefined) return (labels) => (labels[equalKey] === value) === (operator !== '!=')
  const [, not, existsKey = ''] = existsTerm.exec(term) ?? []
  if (not !== undefined) return (labels) => Object.hasOwn(labels, existsKey) === (not === '')
  throw badRequest(`unable to parse requirement: found '${term}' in label selector "${text}"`)
}

function byField({ selectable = {}, resource }: Kind, term: string): Selected {
  const [, field = '', operator = '', value = ''] = /^([^=!]+)(==|=|!=)(.*)$/.exec(term) ?? []
  const read = fieldReader(field, selectable)
  if (read === undefined) {
    throw badRequest(
      operator === '' ? `invalid selector: '${term}'; can't understand '${term}'` : notSupported(resource.kind, field),
    )
  }
  return (object) => (read(object) === value) === (operator !== '!=')
}

const notSupported = (kind: string, field: string) => `field label not supported: ${field} (${kind})`

function fieldReader(field: string, selectable: NonNullable<Kind['selectable']>) {
  if (field === 'metadata.name') return (object: KubeObject) => object.metadata.name
  if (field === 'metadata.namespace') return (object: KubeObject) => object.metadata.namespace ?? ''
  return Object.hasOwn(selectable, field) ? selectable[field] : undefined
}

const isAmong = (value: string | undefined, values: readonly string[]): boolean =>
  value !== undefined && values.includes(value)
