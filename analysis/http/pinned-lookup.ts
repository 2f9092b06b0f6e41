import type { LookupAddress, LookupAllOptions } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Where it may connect to. Link-local addresses are where clouds hand out the credentials of the machine. */
export type Reach = 'everywhere' | 'notLinkLocal'

/** All addresses of a name, as `lookup` of node:dns. */
export type Resolve = (hostname: string, options: LookupAllOptions, callback: Resolved) => void
export type Resolved = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void

/** The address is one that may not be connected to. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

const linkLocal = new BlockList()
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4') // and, as BlockList has it, the IPv6 addresses that map to these
linkLocal.addSubnet('fe80::', 10, 'ipv6')
linkLocal.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6') // the same, through NAT64
linkLocal.addAddress('fd00:ec2::254', 'ipv6') // Amazon's, over IPv6
linkLocal.addAddress('100.100.100.200', 'ipv4') // Alibaba's

export function isLinkLocal(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && linkLocal.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** For a socket: it connects to the addresses that were looked at here and to no others, so a name cannot change in between. */
export function pinnedLookup(resolve: Resolve, reach: Reach): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = error === null ? addresses : []
      if (first === undefined) return callback(error ?? noAddress(), [])
      if (reach === 'notLinkLocal' && addresses.some(isRefused)) return callback(new AddressRefused(), [])
      if (options.all === true) return callback(null, addresses)
      callback(null, first.address, first.family)
    })
  }
}

/** One is enough to refuse them all: which of them a socket takes is not ours to say. */
const isRefused = ({ address }: LookupAddress): boolean => isLinkLocal(address)
const noAddress = (): NodeJS.ErrnoException => Object.assign(new Error('no address'), { code: 'ENOTFOUND' })

/** A URL whose host is an address is never looked up: it is looked at here. */
export function checkLiteral(url: URL, reach: Reach): void {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (reach === 'notLinkLocal' && isLinkLocal(host)) throw new AddressRefused()
}
