/** One promise of the demo, whether it held, and what was measured. */
export interface Check {
  readonly promise: string
  readonly held: boolean
  readonly measured: string
}

/** The share that a version really got; chance allows four standard deviations (one run in 16,000 falls out). */
export function shareCheck(version: string, percent: number, answers: number, of: number): Check {
  const share = percent / 100
  const slack = 4 * Math.sqrt(of * share * (1 - share)) + 1
  const allowed = Math.round((100 * slack) / of)
  return {
    promise: `at ${percent} % ${version} gets ${percent} % of the requests`,
    held: of > 0 && Math.abs(answers - of * share) <= slack,
    measured: `${answers} of ${of}: ${percentText(answers, of)} (chance allows ± ${allowed})`,
  }
}

export const percentText = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${Math.round((1000 * part) / whole) / 10} %`

export function lossCheck(sent: number, lost: number, losses: string): Check {
  return {
    promise: 'no request is lost',
    held: sent > 0 && lost === 0,
    measured: `${sent} sent, ${lost} lost${losses === '' ? '' : ` (${losses})`}`,
  }
}

/** After a routing write its old split is in force for as long as the gateway needs, and for the requests under way. */
export function lastAnswerCheck(
  promise: string,
  version: string,
  lastAtMs: number,
  writtenAtMs: number,
  withinMs: number,
): Check {
  const afterMs = Math.max(0, lastAtMs - writtenAtMs)
  return {
    promise,
    held: afterMs <= withinMs,
    measured:
      lastAtMs === 0
        ? `${version} never answered`
        : `the last one of ${version} came ${afterMs} ms after (at most ${withinMs})`,
  }
}

/** Nothing was exchanged that should have stayed. */
export function sameCheck(promise: string, before: readonly string[], after: readonly string[], what: string): Check {
  const kept = before.filter((name) => after.includes(name)).length
  return {
    promise,
    held: before.length > 0 && kept === before.length && after.length === before.length,
    measured: `${kept} of ${before.length} ${what} are the same`,
  }
}

export function noneCheck(promise: string, found: readonly string[], otherwise: string): Check {
  return { promise, held: found.length === 0, measured: found.length === 0 ? otherwise : found.join(', ') }
}
