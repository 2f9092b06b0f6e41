import type { Resource } from '../../api/kube-object.ts'
import type { Column, Kind, ScalePaths, Subresource } from '../server/kind.ts'
import type { Check } from './validate/cause.ts'
import type { ValidateChange } from './validate/changes.ts'

/** What sets one built-in kind apart; the rest is the same for all of them. */
export interface Traits {
  /** `apps/v1` */
  readonly of: string
  readonly kind: string
  /** The kind in small letters and with an s, unless it is said here. */
  readonly plural?: string
  readonly short?: readonly string[]
  readonly categories?: readonly string[]
  readonly subresources?: readonly Subresource[]
  /** Not in a namespace. */
  readonly cluster?: true
  readonly generation?: true
  readonly annotationsCount?: true
  /** A PUT must say which version it replaces. */
  readonly conditional?: true
  /** What it may be called; a DNS subdomain unless it is said here. */
  readonly isName?: Check
  /** What the rules of its model do not say. */
  readonly validate?: Kind['validate']
  /** What may not change. */
  readonly change?: ValidateChange
  readonly prepare?: Kind['prepare']
  /** Paths that a fieldSelector may name. */
  readonly selectable?: readonly string[]
  /** Name and age, unless they are said here. */
  readonly columns?: readonly Column[]
  readonly scale?: ScalePaths
  readonly alias?: Kind['alias']
}

export function resourceOf({ of, kind, plural, cluster }: Traits): Resource {
  const [version = '', group = ''] = of.split('/').toReversed()
  return { group, version, kind, plural: plural ?? `${kind.toLowerCase()}s`, namespaced: cluster !== true }
}
