import { type Place, type Placed, put, shown, stop } from './place.ts'

/** Before the path: who is asked. */
const inAuthority = /^https?:\/\/[^/?#\\]*$/
const hostName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/

/**
 * Percent-encoded (RFC 3986, reserved characters too). Who is asked is for the author of the template to say: an argument
 * may give the port, and what Sluice knows a part of the name.
 */
export function placeInUrl(value: string, { name, before }: Place): Placed {
  if (inAuthority.test(before)) return placeInAuthority(value, name, before.endsWith(':'))
  if (/^\.+$/.test(value)) return stop(`is ${shown(value)}, which would lead to another path`)
  return put(encode(value))
}

function placeInAuthority(value: string, name: string, isPort: boolean): Placed {
  if (isPort) return /^\d{1,5}$/.test(value) ? put(value) : stop(`is ${shown(value)}, and no port`)
  if (name.startsWith('args.')) return stop('cannot say which host is asked')
  return hostName.test(value) ? put(value) : stop(`is ${shown(value)}, and no part of the name of a host`)
}

const encode = (value: string): string =>
  encodeURIComponent(value).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
