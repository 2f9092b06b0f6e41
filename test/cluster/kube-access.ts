import { Agent, request } from 'undici'

/** Just enough of a client for the test bed's own needs: JSON requests, and one watch. */
export interface KubeAccess {
  readonly server: string
  readonly ca: string
  readonly token: string
}

export interface KubeClient {
  /** A status outside 200-299 is an error, but for those listed. */
  send(method: 'GET' | 'POST' | 'DELETE', path: string, options?: SendOptions): Promise<KubeAnswer>
  /** Yields the lines of a watch until the server ends it. */
  watch(path: string, signal: AbortSignal): AsyncGenerator<WatchEvent>
  close(): Promise<void>
}

export interface SendOptions {
  readonly body?: unknown
  readonly accept?: readonly number[]
}

export interface KubeAnswer {
  readonly status: number
  readonly text: string
  json(): unknown
}

export interface WatchEvent {
  readonly type: string
  readonly object: unknown
}

export function createKubeClient({ server, ca, token }: KubeAccess): KubeClient {
  const dispatcher = new Agent({ connect: { ca }, connections: 16, bodyTimeout: 0 })
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
  return {
    send: async (method, path, { body, accept = [] } = {}) => {
      const answer = await request(`${server}${path}`, {
        dispatcher,
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        body: body === undefined ? null : JSON.stringify(body),
      })
      const text = await answer.body.text()
      const { statusCode: status } = answer
      if ((status < 200 || status > 299) && !accept.includes(status)) {
        throw new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`)
      }
      return { status, text, json: () => JSON.parse(text) as unknown }
    },
    watch: async function* (path, signal) {
      const answer = await request(`${server}${path}`, { dispatcher, headers, signal })
      if (answer.statusCode !== 200) throw new Error(`GET ${path}: ${answer.statusCode} ${await answer.body.text()}`)
      let rest = ''
      answer.body.setEncoding('utf8')
      for await (const chunk of answer.body) {
        const lines = (rest + String(chunk)).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) if (line !== '') yield JSON.parse(line) as WatchEvent
      }
    },
    close: () => dispatcher.destroy(),
  }
}
