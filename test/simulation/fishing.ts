import { playMany } from './crew.ts'
import type { PlantedBug } from './planted-bugs.ts'

/** What became of one planted bug. */
export interface Catch {
  readonly bug: string
  /** The promise by which it was found first; undefined when it got away. */
  readonly promise: string | undefined
  readonly seed: string | undefined
  /** Stories that were played until then. */
  readonly runs: number
}

/** Plays stories with the bug in the product until one breaks a promise, `mostRuns` at most. */
export async function fish({ name, mutations }: PlantedBug, mostRuns: number): Promise<Catch> {
  const summary = await playMany({ runs: mostRuns, mutations, onProgress: ({ failed }) => failed > 0 })
  const [first] = summary.failures
  return { bug: name, promise: first?.breach.promise, seed: first?.seed, runs: summary.runs }
}

/** The catches as a table. */
export function catchText(catches: readonly Catch[]): string {
  const widest = Math.max(...catches.map(({ bug }) => bug.length))
  const rows = catches.map(({ bug, promise, seed, runs }) => {
    const found = promise === undefined ? 'NOT FOUND' : `${promise} (seed ${seed})`
    return `${bug.padEnd(widest)}  ${String(runs).padStart(5)} runs  ${found}`
  })
  const found = catches.filter(({ promise }) => promise !== undefined).length
  return [...rows, `${found} of ${catches.length} planted bugs found`].join('\n')
}
