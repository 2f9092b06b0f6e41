import { rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Server } from 'node:net'

/** Where a bridge listens or leads: a loopback port, or a unix socket, which is the same file in every network namespace. */
export type End = { readonly port: number } | { readonly path: string }

/** Copies bytes both ways between whoever connects to `from` and `to`. */
export async function bridge(from: End, to: End): Promise<{ readonly port: number; close(): void }> {
  if ('path' in from) await rm(from.path, { force: true })
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ ...optionsOf(to), allowHalfOpen: true })
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(optionsOf(from), resolve)
  })
  return { port: portOf(server), close: () => void server.close() }
}

function optionsOf(end: End): NetConnectOpts {
  return 'path' in end ? { path: end.path } : { port: end.port, host: '127.0.0.1' }
}

function portOf(server: Server): number {
  const address = server.address() as AddressInfo | string | null
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}
