/** Of what others wrote, as much as a status has room for. */
export function shorten(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`
}

/** A number for people, six digits of it: `0.976`, `1.5e+300`. */
export function inWords(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value)
}
