import { isRecord, objectOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { timeText } from '../server/context.ts'
import { invalid } from '../server/refusal.ts'
import type { Tokens } from './tokens.ts'

const shortestSeconds = 600
const usualSeconds = 3600

/** Answers a TokenRequest for a service account. Tokens are for this server alone, whatever audiences are asked for. */
export function requestToken(tokens: Tokens, account: KubeObject, body: unknown) {
  const spec = objectOf(isRecord(body) ? body['spec'] : undefined)
  const { expirationSeconds = usualSeconds } = spec
  if (typeof expirationSeconds !== 'number' || expirationSeconds < shortestSeconds) {
    const message = `Invalid value: ${JSON.stringify(expirationSeconds)}: may not specify a duration less than 10 minutes`
    throw invalid('TokenRequest.authentication.k8s.io', '', [{ field: 'spec.expirationSeconds', message }])
  }
  const { token, expiresAtMs } = tokens.issue(account, expirationSeconds)
  const { name, namespace } = account.metadata
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: timeText(expiresAtMs - expirationSeconds * 1000) },
    spec: { ...spec, expirationSeconds },
    status: { token, expirationTimestamp: timeText(expiresAtMs) },
  }
}
