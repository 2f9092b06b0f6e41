/** A child of `npm run judge-table`: plays what it is told to, and tells what came of it. */
import { play } from './play.ts'
import type { Cell } from './release.ts'

interface Job {
  readonly cell: Cell
  readonly from: number
  readonly runs: number
}

process.on('message', ({ cell, from, runs }: Job) => {
  process.send?.(play(cell, from, runs))
})
process.on('disconnect', () => process.exit())
