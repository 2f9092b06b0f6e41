import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

/** A certificate and its key, both PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

export interface Authority extends Certificate {
  readonly name: string
  readonly privateKey: KeyObject
}

const dayMs = 24 * 60 * 60 * 1000

export function createAuthority(name: string, now: Date = new Date()): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const extensions = [extension('551d13', true, sequence(boolean(true))), extension('551d0f', true, bits(0x06, 1))]
  const cert = issue({ name, issuer: name, publicKey, signer: privateKey, extensions, now })
  return { name, cert, key: pemKey(privateKey), privateKey }
}

/** A server's certificate for DNS names and IPv4 addresses. */
export function createServerCertificate(
  authority: Authority,
  names: readonly string[],
  now: Date = new Date(),
): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const serverAuth = oid('2b06010505070301')
  const extensions = [
    extension('551d0f', true, bits(0x80, 7)),
    extension('551d25', false, sequence(serverAuth)),
    extension('551d11', false, sequence(...names.map(generalName))),
  ]
  const name = names[0] ?? 'server'
  const cert = issue({ name, issuer: authority.name, publicKey, signer: authority.privateKey, extensions, now })
  return { cert, key: pemKey(privateKey) }
}

interface Issue {
  readonly name: string
  readonly issuer: string
  readonly publicKey: KeyObject
  readonly signer: KeyObject
  readonly extensions: readonly Buffer[]
  readonly now: Date
}

/** X.509 version 3, ECDSA with SHA-256, valid from an hour ago for 30 days. */
function issue({ name, issuer, publicKey, signer, extensions, now }: Issue): string {
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const keyId = createHash('sha1').update(spki).digest()
  const body = sequence(
    tag(0xa0, tag(0x02, Buffer.from([2]))),
    tag(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    ecdsaWithSha256,
    commonName(issuer),
    sequence(utcTime(new Date(now.getTime() - 3_600_000)), utcTime(new Date(now.getTime() + 30 * dayMs))),
    commonName(name),
    spki,
    tag(0xa3, sequence(...extensions, extension('551d0e', false, tag(0x04, keyId)))),
  )
  const signature = sign('sha256', body, signer)
  const der = sequence(body, ecdsaWithSha256, tag(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function pemKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function generalName(name: string): Buffer {
  return isIPv4(name) ? tag(0x87, Buffer.from(name.split('.').map(Number))) : tag(0x82, Buffer.from(name))
}

function commonName(name: string): Buffer {
  return sequence(tag(0x31, sequence(oid('550403'), tag(0x0c, Buffer.from(name)))))
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), tag(0x04, value))
}

function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(2, 14)
  return tag(0x17, Buffer.from(`${digits}Z`))
}

function bits(byte: number, unused: number): Buffer {
  return tag(0x03, Buffer.from([unused, byte]))
}

function boolean(value: boolean): Buffer {
  return tag(0x01, Buffer.from([value ? 0xff : 0]))
}

function oid(hex: string): Buffer {
  return tag(0x06, Buffer.from(hex, 'hex'))
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tag(0x30, Buffer.concat(parts))
}

/** DER: a tag, a length, and what it holds. */
function tag(type: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([type, ...size]), content])
}
