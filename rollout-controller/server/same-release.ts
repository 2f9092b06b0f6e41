import type { RolloutStatus } from '../../api/status.ts'

/** The release that was under way still is. Edited steps make another attempt of the same release. */
export function isSameRelease(before: RolloutStatus | undefined, after: RolloutStatus): boolean {
  const [was, is] = [before?.release, after.release]
  return was !== undefined && is?.revision === was.revision && is.startedAt === was.startedAt
}
