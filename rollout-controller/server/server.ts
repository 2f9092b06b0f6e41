import Fastify, { type FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'

export interface ServerOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly metrics: Registry
  /** What is still missing before this process can work; empty when it is ready. */
  readonly missing: () => readonly string[]
}

export interface RunningServer {
  readonly url: string
  close(): Promise<void>
}

/** /healthz: the process answers. /readyz: it sees the cluster. /metrics: for Prometheus. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const app = buildServer(options)
  const url = await app.listen({ host: options.host, port: options.port })
  return { url, close: () => app.close() }
}

export function buildServer({ metrics, missing }: Pick<ServerOptions, 'metrics' | 'missing'>): FastifyInstance {
  const app = Fastify({ logger: false })
  app.get('/healthz', () => 'ok\n')
  app.get('/readyz', (_request, reply) => {
    const left = missing()
    return left.length === 0 ? reply.send('ok\n') : reply.code(503).send(`waiting for ${left.join(', ')}\n`)
  })
  app.get('/metrics', async (_request, reply) => {
    const text = await metrics.metrics()
    return reply.type(metrics.contentType).send(text)
  })
  return app
}
