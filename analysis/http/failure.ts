import { AddressRefused } from './pinned-lookup.ts'

/** Why there was no answer: the same words for the same trouble, without addresses, ports, times or secrets. */
export function whyOf(error: unknown): string {
  if (causesOf(error).some((cause) => cause instanceof AddressRefused)) return refused
  const codes = causesOf(error).flatMap((cause) => (hasCode(cause) ? [cause.code] : []))
  const words = codes.map((code) => byCode[code] ?? byKind(code)).find((found) => found !== undefined)
  return words ?? 'the store could not be asked'
}

const refused =
  'the store has a link-local address, where clouds keep their credentials: only a ClusterAnalysis may ask it'
const cutOff = 'the store closed the connection before its answer was complete'
const unresolved = 'the name of the store does not resolve'
const unreachable = 'the store cannot be reached'
const handshake = 'the TLS handshake with the store failed'

const byCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the store refuses connections',
  ENOTFOUND: unresolved,
  EAI_AGAIN: unresolved,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEDOUT: unreachable,
  ECONNRESET: cutOff,
  EPIPE: cutOff,
  ECONNABORTED: cutOff,
  ERR_BAD_RESPONSE: cutOff, // axios, of a body that ends before its length
  ERR_STREAM_PREMATURE_CLOSE: cutOff,
  EPROTO: handshake,
  CERT_HAS_EXPIRED: 'the certificate of the store has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the store is for another name',
  ERR_INVALID_CHAR: 'a header has a value that HTTP does not allow',
}

const untrusted = ['SELF_SIGNED', 'UNABLE_TO', 'CERT_', 'DEPTH_ZERO']

function byKind(code: string): string | undefined {
  if (untrusted.some((part) => code.includes(part))) return 'the certificate of the store is not trusted'
  if (code.startsWith('ERR_OSSL')) return 'the certificate, key or ca.crt in the Secret cannot be read'
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) return handshake
  if (code.startsWith('HPE_')) return 'the store does not speak HTTP'
  return code.startsWith('Z_') || code.startsWith('ERR_BROTLI')
    ? 'the answer of the store cannot be decompressed'
    : undefined
}

const hasCode = (error: unknown): error is { readonly code: string } =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'

/** The error and what it was caused by, the cause first: axios wraps what Node throws. */
function causesOf(error: unknown): readonly unknown[] {
  const cause = error instanceof Error ? error.cause : undefined
  return cause === undefined || cause === error ? [error] : [...causesOf(cause), error]
}
