import { X509Certificate } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { connect, createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { createAuthority, createServerCertificate } from '../../../sandbox/rest/certificate.ts'

const authority = createAuthority('test authority')
const server = createServerCertificate(authority, ['localhost', '127.0.0.1'])
let close: () => void = () => {}
afterEach(() => close())

describe('a certificate of ours', () => {
  it('is trusted by a TLS client that trusts the authority, for the address it names', async () => {
    expect(await handshake(authority.cert)).toBe('authorized')
  })

  it('is not trusted by one that trusts another authority', async () => {
    expect(await handshake(createAuthority('somebody else').cert)).not.toBe('authorized')
  })

  it('names its hosts, is signed by the authority, and is no authority itself', () => {
    const leaf = new X509Certificate(server.cert)
    const root = new X509Certificate(authority.cert)
    expect(leaf.verify(root.publicKey)).toBe(true)
    expect([root.ca, leaf.ca]).toEqual([true, false])
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(leaf.checkHost('localhost')).toBe('localhost')
    expect(leaf.checkHost('elsewhere.test')).toBeUndefined()
  })
})

async function handshake(ca: string): Promise<string> {
  const listener = createTlsServer({ cert: server.cert, key: server.key }, (socket) => socket.end())
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  close = () => void listener.close()
  const { port } = listener.address() as AddressInfo
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', ca }, () => {
      resolve(socket.authorized ? 'authorized' : 'refused')
      socket.destroy()
    })
    socket.once('error', (error) => resolve(error.message))
  })
}
