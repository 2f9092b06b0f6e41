import type { KubeObject } from '../../api/kube-object.ts'
import type { Write } from './api.ts'
import type { Kind } from './kind.ts'
import { badRequest } from './refusal.ts'

export interface Completed {
  readonly object: KubeObject
  readonly warnings: readonly string[]
}

/** Defaults in, unknown fields out; said or refused as the caller asked for. */
export function completeBy(kind: Kind, object: KubeObject, { fieldValidation = 'Ignore' }: Write): Completed {
  const unknown: string[] = []
  const completed = kind.complete(object, (path) => unknown.push(`unknown field "${path}"`))
  if (unknown.length === 0 || fieldValidation === 'Ignore') return { object: completed, warnings: [] }
  if (fieldValidation === 'Warn') return { object: completed, warnings: unknown }
  const { group, kind: name } = kind.resource
  throw badRequest(
    `${name} in version "${group === '' ? '' : `${group}/`}${kind.resource.version}" cannot be handled as a ${name}: strict decoding error: ${unknown.join(', ')}`,
  )
}
