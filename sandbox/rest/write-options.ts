import { objectOf, textOf } from '../../api/json.ts'
import type { DeleteWith, Write } from '../server/api.ts'
import { invalid } from '../server/refusal.ts'
import type { Ask } from './ask.ts'
import { parseBody } from './body.ts'

/** What the query says of a write. The field manager is who the user agent says it is, where it is not said. */
export function writeOf({ request, query, caller, target: { subresource } }: Ask): Write {
  const agent = request.headers['user-agent']
  return {
    caller,
    dryRun: oneOf(query, 'dryRun', ['', 'All']) === 'All',
    fieldManager: query.get('fieldManager') || (typeof agent === 'string' ? agent.split('/')[0] : '') || 'unknown',
    fieldValidation: oneOf(query, 'fieldValidation', ['Warn', 'Ignore', 'Strict']),
    ...((subresource === 'status' || subresource === 'scale') && { subresource }),
  }
}

/** DeleteOptions, from the body or the query. */
export function deletionOf({ request, query, caller }: Ask): DeleteWith {
  const body = request.body.length === 0 ? {} : objectOf(parseBody(request))
  const { uid, resourceVersion } = objectOf(body['preconditions'])
  const grace = body['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds')
  const policy = textOf(body['propagationPolicy']) ?? query.get('propagationPolicy')
  return {
    caller,
    dryRun: [body['dryRun']].flat().includes('All') || query.get('dryRun') === 'All',
    ...(typeof uid === 'string' && { uid }),
    ...(typeof resourceVersion === 'string' && { resourceVersion }),
    ...(grace !== null && { gracePeriodSeconds: Number(grace) }),
    ...(policy !== null && { propagationPolicy: member('propagationPolicy', policy, policies) }),
  }
}

const policies = ['Foreground', 'Background', 'Orphan'] as const

/** The value of a parameter, or the first of those allowed. */
function oneOf<T extends string>(query: URLSearchParams, field: string, allowed: readonly [T, ...T[]]): T {
  return member(field, query.get(field) ?? allowed[0], allowed)
}

function member<T extends string>(field: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === text)
  if (found !== undefined) return found
  const values = allowed.filter((one) => one !== '').map((one) => `"${one}"`)
  const message = `Unsupported value: "${text}": supported values: ${values.join(', ')}`
  throw invalid('Options.meta.k8s.io', '', [{ field, message }])
}
