import type { KubeObject } from '../../api/kube-object.ts'
import type { Kind } from '../server/kind.ts'
import { catalogue } from './catalogue.ts'
import { at, shownAs } from './columns/cell.ts'
import { ageColumns } from './columns/others.ts'
import { createComplete } from './complete.ts'
import { otherDefaults } from './defaults/others.ts'
import { podDefaults } from './defaults/pod.ts'
import { workloadDefaults } from './defaults/workloads.ts'
import { createModels } from './fields/models.ts'
import type { Services } from './prepare-service.ts'
import { resourceOf, type Traits } from './traits.ts'
import { metadataRules } from './validate/metadata.ts'
import { isSubdomain, nameIsMissing } from './validate/names.ts'
import { networkRules } from './validate/network.ts'
import { otherRules } from './validate/others.ts'
import { podRules } from './validate/pod.ts'
import { createValidate, type Validate } from './validate/walk.ts'
import { workloadRules } from './validate/workloads.ts'

export interface BuiltInOptions {
  /** All Services that are stored: their addresses and node ports are taken. */
  readonly services: Services
}

export type MakeKinds = (options: BuiltInOptions) => readonly Kind[]

/** The kinds of Kubernetes 1.36 that the embedded cluster serves, each with its defaults, its rules and its columns. */
export const builtInKinds: MakeKinds = (options) => createKindMaker()(options)

/** Makes them for one cluster after another: what is known of their fields is read once. */
export function createKindMaker(): MakeKinds {
  const models = createModels()
  const complete = createComplete(models, { ...podDefaults, ...workloadDefaults, ...otherDefaults })
  const rules = { ...metadataRules, ...podRules, ...workloadRules, ...networkRules, ...otherRules }
  const validate = createValidate(models, rules)
  const kindOf = (traits: Traits): Kind => {
    const resource = resourceOf(traits)
    const model = `${resource.group.split('.')[0] || 'core'}.${resource.kind}`
    return {
      resource,
      singular: resource.kind.toLowerCase(),
      shortNames: traits.short ?? [],
      categories: traits.categories ?? [],
      subresources: traits.subresources ?? [],
      hasGeneration: traits.generation === true,
      allowsBlindUpdate: traits.conditional !== true,
      patchesByStrategy: true,
      complete: (object, onUnknown) => complete(object, model, onUnknown),
      validate: validateOf(traits, model, validate),
      columns: traits.columns ?? ageColumns,
      ...optionalOf(traits),
    }
  }
  return ({ services }) => catalogue(services).map(kindOf)
}

function validateOf(traits: Traits, model: string, validate: Validate): Kind['validate'] {
  const { isName = isSubdomain, change } = traits
  return (object, old) => [
    ...(old === undefined ? isNamed(object.metadata.name, isName) : (change?.(object, old) ?? [])),
    ...validate(object, model, ''),
    ...(traits.validate?.(object, old) ?? []),
  ]
}

const isNamed = (name: string | undefined, isName: typeof isSubdomain) =>
  name === undefined || name === '' ? [nameIsMissing] : isName(name, 'metadata.name')

function optionalOf({ annotationsCount, prepare, selectable, scale, alias }: Traits): Partial<Kind> {
  return {
    ...(annotationsCount === undefined ? {} : { annotationsCount }),
    ...(prepare === undefined ? {} : { prepare }),
    ...(selectable === undefined ? {} : { selectable: selectableBy(selectable) }),
    ...(scale === undefined ? {} : { scale }),
    ...(alias === undefined ? {} : { alias }),
  }
}

/** What a fieldSelector compares: the text at each path. */
const selectableBy = (paths: readonly string[]): NonNullable<Kind['selectable']> =>
  Object.fromEntries(paths.map((path) => [path, (object: KubeObject) => shownAs(at(object, path))]))
