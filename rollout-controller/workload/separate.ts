import type { StringMap } from '../../api/json.ts'
import { describeSelector, keysOf, matches, type NamedSelector } from './selectors.ts'

export type Separation =
  /** The label keys that get another value, with that value. */
  | { readonly kind: 'ok'; readonly changed: StringMap }
  /** This selector cannot be got rid of by giving a label another value. */
  | { readonly kind: 'problem'; readonly selector: NamedSelector }

const longestValue = 63
/** Tried in this order; the later ones for a value that already ends so, or that somebody's selector looks for. */
const suffixes = ['-canary', '-sluice-canary', '-sluice']

/**
 * Other values for as few labels as needed so that none of `selectors` matches. Greedy: the label that shakes off most
 * selectors first, the first in the alphabet among equals. `fixed` are labels that the pods get besides.
 */
export function separateLabels(
  labels: StringMap,
  selectors: readonly NamedSelector[],
  fixed: StringMap = {},
): Separation {
  let changed: StringMap = {}
  for (;;) {
    const present = { ...labels, ...changed, ...fixed }
    const left = matching(selectors, present)
    const first = left[0]
    if (first === undefined) return { kind: 'ok', changed }
    const step = bestChange(labels, present, selectors, left)
    if (step === undefined) return { kind: 'problem', selector: first }
    changed = { ...changed, ...step }
  }
}

/** Why the copy's pods cannot be told apart from the stable ones, naming selector and object. */
export function describeInseparable(workload: string, { owner, field, selector }: NamedSelector): string {
  return `${owner}: ${field} (${describeSelector(selector)}) would match the canary pods of ${workload} whatever values their labels are given`
}

const matching = (selectors: readonly NamedSelector[], labels: StringMap): readonly NamedSelector[] =>
  selectors.filter(({ selector }) => matches(selector, labels))

/** The one change after which fewest selectors match; undefined when none makes them fewer. */
function bestChange(
  labels: StringMap,
  present: StringMap,
  selectors: readonly NamedSelector[],
  left: readonly NamedSelector[],
): StringMap | undefined {
  let best: { readonly change: StringMap; readonly remaining: number } | undefined
  for (const change of candidates(labels, left)) {
    const remaining = matching(selectors, { ...present, ...change }).length
    if (remaining < (best?.remaining ?? left.length)) best = { change, remaining }
  }
  return best?.change
}

function candidates(labels: StringMap, left: readonly NamedSelector[]): readonly StringMap[] {
  const keys = [...new Set(left.flatMap(({ selector }) => keysOf(selector)))].sort()
  return suffixes.flatMap((suffix) =>
    keys.filter((key) => Object.hasOwn(labels, key)).map((key) => ({ [key]: withSuffix(labels[key] ?? '', suffix) })),
  )
}

/** A valid label value: at most 63 characters, with a letter or digit at both ends. */
function withSuffix(value: string, suffix: string): string {
  const head = value.slice(0, longestValue - suffix.length).replace(/[^A-Za-z0-9]+$/, '')
  return head === '' ? suffix.slice(1) : head + suffix
}
