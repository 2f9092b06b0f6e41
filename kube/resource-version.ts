/**
 * Orders two resourceVersions of one kind: below 0 when `a` is older. They are decimal numbers beyond 2^53, so they are
 * compared by length and then by digits. Undefined when either is not a number: then nothing can be said.
 */
export function compareResourceVersions(a: string | undefined, b: string | undefined): number | undefined {
  if (a === undefined || b === undefined || !isDecimal(a) || !isDecimal(b)) return undefined
  if (a.length !== b.length) return a.length - b.length
  if (a === b) return 0
  return a < b ? -1 : 1
}

function isDecimal(text: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(text)
}
