import { createHash, randomUUID } from 'node:crypto'
import type { Ids } from './server/api.ts'

/** Upstream's letters for generated names: no vowels, and nothing that looks like another. */
const letters = 'bcdfghjklmnpqrstvwxz2456789'

/** By chance: no two alike. */
export const randomIds: Ids = {
  uid: randomUUID,
  suffix: () => lettersOf(randomUUID()),
}

/** In a fixed order, so that a run can be repeated. `name` tells one world's ids from another's. */
export function countedIds(name = ''): Ids {
  const prefix = createHash('sha256').update(name).digest('hex').slice(0, 8)
  let uids = 0
  let suffixes = 0
  return {
    uid: () => `${prefix}-0000-4000-8000-${(++uids).toString(16).padStart(12, '0')}`,
    suffix: () => spelled(++suffixes * 7_919),
  }
}

function lettersOf(uuid: string): string {
  return spelled(Number.parseInt(uuid.slice(0, 8), 16))
}

function spelled(count: number): string {
  let [text, left] = ['', count]
  while (text.length < 5) {
    text += letters[left % letters.length]
    left = Math.floor(left / letters.length)
  }
  return text
}
