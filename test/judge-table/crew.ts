import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { joined, nameOf, type Outcomes } from './play.ts'
import type { Cell } from './release.ts'

/** By the name of the cell. */
export type Results = ReadonlyMap<string, Outcomes>

const batch = 500

/** Plays so many releases of each cell on all cores. */
export async function playAll(
  cells: readonly Cell[],
  runs: number,
  onProgress: (done: number, of: number) => void,
): Promise<Results> {
  const jobs = cells.flatMap((cell) =>
    Array.from({ length: Math.ceil(runs / batch) }, (_, index) => ({
      cell,
      from: index * batch,
      runs: Math.min(batch, runs - index * batch),
    })),
  )
  const parts = new Map<string, Outcomes[]>(cells.map((cell) => [nameOf(cell), []]))
  let next = 0
  const work = async (child: ChildProcess) => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
      parts.get(nameOf(job.cell))?.push(await answer(child, job))
      onProgress(next, jobs.length)
    }
    child.disconnect()
  }
  await Promise.all(Array.from({ length: availableParallelism() }, () => work(hire())))
  return new Map([...parts].map(([name, each]) => [name, joined(each)]))
}

const hire = (): ChildProcess => fork(join(import.meta.dirname, 'worker.ts'), { execArgv: ['--import', 'tsx'] })

function answer(child: ChildProcess, job: object): Promise<Outcomes> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null) => reject(new Error(`a worker of the judge's table ended with ${code}`))
    child.once('exit', died)
    child.once('message', (outcomes: Outcomes) => {
      child.off('exit', died)
      resolve(outcomes)
    })
    child.send(job)
  })
}
