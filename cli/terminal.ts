/** Where words go and come from. Real in `main`, recorded in tests. */
export interface Terminal {
  /** A line to standard output. */
  readonly out: (line: string) => void
  /** A line to standard error: progress, warnings, failures. */
  readonly err: (line: string) => void
  /** Text as it is, for redrawing in place. */
  readonly write: (text: string) => void
  /** Standard output is a terminal with a person in front of it. */
  readonly isTty: boolean
  readonly colours: boolean
  columns(): number
  rows(): number
  /** Calls back when the window changed; the returned function stops that. */
  onResize(fn: () => void): () => void
  /** Asks yes or no; undefined when there is nobody to ask. */
  confirm(question: string, signal: AbortSignal): Promise<boolean | undefined>
  now(): number
  readonly env: Readonly<Record<string, string | undefined>>
}

/** https://no-color.org: set and not empty means none; FORCE_COLOR means yes in a pipe too. */
export function wantsColours(env: Terminal['env'], isTty: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false
  const force = env['FORCE_COLOR'] ?? ''
  if (force !== '') return force !== '0'
  return isTty && env['TERM'] !== 'dumb'
}
