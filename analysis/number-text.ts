const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const special: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
}

/** The number that a text is, as Prometheus writes them: `0.25`, `1e-05`, `NaN`, `+Inf`. Undefined when it is none. */
export function numberIn(text: string): number | undefined {
  return decimal.test(text) ? Number(text) : special[text.toLowerCase()]
}
