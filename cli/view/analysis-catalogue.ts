import type { Entry } from '../analysis/catalogue.ts'
import { wrappedTable } from './simulation-table.ts'
import { dim, type Line, span, words } from './spans.ts'

/** A row each: what it is called, where it comes from, what it measures and with which arguments. */
export function catalogueTable(entries: readonly Entry[], columns: number): readonly Line[] {
  return wrappedTable(['NAME', 'KIND', 'WHAT IT MEASURES'], entries.map(rowOf), columns)
}

function rowOf({ name, kind, what, args, problems }: Entry): readonly Line[] {
  const given = args.map(({ name: arg, value }) => (value === undefined ? arg : `${arg}=${value}`)).join(', ')
  const text = problems.length > 0 ? span(what, 'bad') : span(what)
  return [words(name), words(kind), words(text, dim(given === '' ? '' : `(${given})`))]
}
