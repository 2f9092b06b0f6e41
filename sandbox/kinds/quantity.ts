const shape = /^([+-]?)(\d+\.?\d*|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/
/** One that is written as Kubernetes would: nothing to do, which is nearly always. */
const short = /^(?:0|[1-9]\d{0,2}(?:m|k|M|G|T|Ki|Mi|Gi|Ti)?)$/
const decimals = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
const binaries = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']

/** The amount in billionths; undefined when it is no quantity. */
export function nanosOf(quantity: string | number): bigint | undefined {
  const [, sign, digits = '', suffix = ''] = shape.exec(String(quantity)) ?? []
  if (sign === undefined) return undefined
  const [whole = '', fraction = ''] = digits.split('.')
  const scaled = BigInt(whole + fraction) * unitNanos(suffix)
  const divisor = 10n ** BigInt(fraction.length)
  const nanos = scaled / divisor + (scaled % divisor === 0n ? 0n : 1n) // rounded up, as Kubernetes does
  return sign === '-' ? -nanos : nanos
}

/** The one way to write an amount: `0.5` is `500m`, `1024Mi` is `1Gi`. Undefined when it is no quantity. */
export function canonicalQuantity(quantity: string | number): string | undefined {
  if (typeof quantity === 'string' && short.test(quantity)) return quantity
  const nanos = nanosOf(quantity)
  if (nanos === undefined) return undefined
  const one = unitNanos('')
  const isBinary = String(quantity).endsWith('i') && (nanos >= 1024n * one || nanos <= -1024n * one)
  return isBinary ? write((nanos + one - 1n) / one, 1024n, binaries) : write(nanos, 1000n, decimals)
}

function unitNanos(suffix: string): bigint {
  if (/^[eE]./.test(suffix)) return 10n ** BigInt(Math.max(0, 9 + Number(suffix.slice(1))))
  const power = binaries.indexOf(suffix)
  return power > 0 ? 10n ** 9n * 1024n ** BigInt(power) : 1000n ** BigInt(decimals.indexOf(suffix))
}

/** The largest unit that leaves a whole number. */
function write(amount: bigint, base: bigint, units: readonly string[]): string {
  if (amount === 0n) return '0'
  let left = amount
  let unit = 0
  while (unit < units.length - 1 && left % base === 0n) {
    left /= base
    unit += 1
  }
  return `${left}${units[unit]}`
}
