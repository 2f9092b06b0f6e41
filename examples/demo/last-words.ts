/** The one line of a command's output that says what came of it: our own mark, that an update is held, or the last. */
export function lastWords(lines: readonly string[]): string {
  const held = lines
    .map((line) => /this update is held by Rollout [^;]*/.exec(line)?.[0])
    .find((line) => line !== undefined)
  const done = lines.findLast((line) => line.startsWith('✔'))
  return held ?? done?.replace(/^✔ /, '') ?? lines.at(-1)?.trim() ?? ''
}
