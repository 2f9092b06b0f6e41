import { createHash } from 'node:crypto'

const suffix = '-canary'
/** A Service's name is a DNS label; the same bound for every kind, so that one name has one canary name. */
const maxLength = 63
const hashLength = 8

/** The name of our object beside the user's: `<name>-canary`, cut and told apart by a hash where that is too long. */
export function canaryName(name: string): string {
  if (name.length + suffix.length <= maxLength) return `${name}${suffix}`
  const hash = createHash('sha256').update(name).digest('hex').slice(0, hashLength)
  const head = name.slice(0, maxLength - suffix.length - hashLength - 1).replace(/[-.]+$/, '')
  return `${head}-${hash}${suffix}`
}
