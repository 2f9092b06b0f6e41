import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Tally } from '../../examples/traffic/tally.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Where the suites of one run write down how many requests they sent, and how many were lost. */
const variable = 'SLUICE_E2E_TOTALS'

/**
 * Requests that a suite sent; `lost` counts every reset, time-out and answer other than 200, but for those that a
 * version gave that is faulty on purpose.
 */
export function addTotals(
  suite: string,
  tallies: readonly Tally[],
  faulty?: string,
): { readonly sent: number; readonly lost: number } {
  const sent = tallies.reduce((sum, tally) => sum + tally.total, 0)
  const good = tallies.reduce((sum, tally) => sum + (tally.statuses[200] ?? 0), 0)
  const own = faulty === undefined ? 0 : tallies.reduce((sum, tally) => sum + failuresOf(tally, faulty), 0)
  const totals = { suite, sent, lost: sent - good - own }
  const file = process.env[variable]
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(totals)}\n`)
  return totals
}

/** Answers of this version other than 200. */
export function failuresOf({ versions }: Tally, version: string): number {
  const { answers = 0, statuses = {} } = versions[version] ?? {}
  return answers - (statuses[200] ?? 0)
}

/** vitest's global set-up: one file for the run, summed up and printed at its end. */
export default function totals(): () => void {
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts'], { cwd: root }) // the CLI as it is now
  const folder = mkdtempSync(join(tmpdir(), 'sluice-e2e-'))
  const file = join(folder, 'totals.jsonl')
  process.env[variable] = file
  return () => {
    print(file)
    rmSync(folder, { recursive: true, force: true })
  }
}

function print(file: string): void {
  if (!existsSync(file)) return
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line): { suite: string; sent: number; lost: number } => JSON.parse(line))
  const sum = rows.reduce((total, { sent, lost }) => ({ sent: total.sent + sent, lost: total.lost + lost }), {
    sent: 0,
    lost: 0,
  })
  console.log('\nrequests through the gateway while releasing')
  for (const { suite, sent, lost } of rows)
    console.log(`  ${String(sent).padStart(9)} sent  ${String(lost).padStart(4)} lost  ${suite}`)
  console.log(`  ${String(sum.sent).padStart(9)} sent  ${String(sum.lost).padStart(4)} lost  in all`)
}
