import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'

/** About one connection, not about the message (RFC 9110, 7.6.1): never handed on. */
const hopByHop: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** What the pod is told: all that the client said, and who the client is. */
export function headersForPod({ headers, socket }: IncomingMessage): OutgoingHttpHeaders {
  const client = socket.remoteAddress ?? ''
  const before = headers['x-forwarded-for']
  return {
    ...endToEnd(headers),
    'x-real-ip': client,
    'x-forwarded-for': before === undefined ? client : `${String(before)}, ${client}`,
    'x-forwarded-host': headers.host ?? '',
    'x-forwarded-proto': 'http',
  }
}

/** The headers of a message without those of its connection. */
export function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = (headers.connection ?? '').toLowerCase().split(/\s*,\s*/)
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !hopByHop.includes(name) && !named.includes(name)),
  )
}
