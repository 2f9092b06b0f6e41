import { Pool } from 'undici'
import { isRecord, type JsonObject } from '../../../api/json.ts'
import type { KubeConnection } from '../../../kube/connection.ts'

/** Plain HTTP, for what the client has no words for. */
export interface Wire {
  send(method: string, path: string, options?: WireOptions): Promise<WireAnswer>
  close(): Promise<void>
}

export interface WireOptions {
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown
  /** `application/json` when left out. */
  readonly type?: string
  readonly accept?: string
  /** Instead of the administrator's credentials. */
  readonly token?: string
}

export interface WireAnswer {
  readonly status: number
  /** Empty where the answer is no JSON object. */
  readonly body: JsonObject
  readonly text: string
  /** The texts of the `Warning` headers. */
  readonly warnings: readonly string[]
}

export function createWire(connection: KubeConnection): Wire {
  const { origin } = new URL(connection.server)
  const pool = new Pool(origin, { connections: 16, connect: { ...connection.tls } })
  return {
    async send(method, path, { body, type = 'application/json', accept = 'application/json', token } = {}) {
      const credentials = token === undefined ? await connection.headers() : { authorization: `Bearer ${token}` }
      const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
      const headers = { ...credentials, accept, ...(body === undefined ? {} : { 'content-type': type }) }
      const answer = await pool.request({ method: methodOf(method), path, headers, ...sent })
      const text = await answer.body.text()
      return { status: answer.statusCode, body: parsed(text), text, warnings: warningsIn(answer.headers.warning) }
    },
    close: () => pool.destroy(),
  }
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

function methodOf(wanted: string): (typeof methods)[number] {
  const found = methods.find((method) => method === wanted)
  if (found === undefined) throw new Error(`no method ${wanted}`)
  return found
}

function parsed(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

function warningsIn(header: string | string[] | undefined): string[] {
  const text = [header ?? []].flat().join(', ')
  return [...text.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] ?? '').replace(/\\(.)/g, '$1'))
}
