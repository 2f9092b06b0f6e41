import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Free loopback ports, all different, below those that the kernel hands out to clients: a port that is free for a
 * moment while a server restarts must not become the near end of somebody's connection.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = randomInt(10_000, 32_000)
    if (await isFree(port)) ports.add(port)
  }
  return [...ports]
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
