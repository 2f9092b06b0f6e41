/**
 * `npm run simulate -- --runs N`: plays N stories on all cores and sums them up; `-- --seed S`: plays one and tells it,
 * `--shrink` a shorter one that breaks the same promise.
 */
import { availableParallelism } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { transitions } from '../../rollout-controller/planner/transitions.ts'
import { playMany } from './crew.ts'
import { type Catch, catchText, fish } from './fishing.ts'
import { plantedBugs } from './planted-bugs.ts'
import { shrink } from './shrink.ts'
import { createSimulator } from './simulator.ts'
import { storyOf } from './story.ts'
import { type Summary, summaryText } from './summary.ts'
import { tellStory } from './tell-story.ts'

interface Options {
  readonly runs: number
  readonly from: number
  readonly seed?: string
  readonly shrink?: boolean
  readonly planted?: true | string
  readonly workers: number
}

const program = new Command('npm run simulate --')
  .description(
    'Whole releases on a virtual clock, with everything going wrong that can; the promises are checked after every write.',
  )
  .option('--runs <n>', 'how many stories to play', count, 1_000)
  .option('--from <n>', 'the first seed', count, 1)
  .option('--seed <seed>', 'play the story of one seed and tell it')
  .option('--shrink', 'with --seed: look for a shorter story that breaks the same promise, and tell that')
  .option(
    '--planted [name]',
    'plant known bugs in the product, one after another, and look whether the promises find them',
  )
  .option('--workers <n>', 'how many at the same time', count, availableParallelism())
  .showHelpAfterError()
  .addHelpText('after', '\nEnds with 0 if every promise held (with --planted: if every bug was found), with 1 if not.')
  .action(async (options: Options) => {
    if (options.planted !== undefined) {
      process.exitCode = await plant(options)
      return
    }
    process.exitCode = options.seed === undefined ? await simulate(options) : await tellOne(options.seed, options)
  })

function count(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0) return value
  throw new InvalidArgumentError('a whole number')
}

async function plant({ planted, runs }: Options): Promise<number> {
  const bugs = plantedBugs.filter(({ name }) => planted === true || name === planted)
  if (bugs.length === 0) {
    console.error(
      `error: no planted bug is called '${planted}'; there are:\n${plantedBugs.map(({ name }) => `  ${name}`).join('\n')}`,
    )
    return 2
  }
  const catches: Catch[] = []
  for (const bug of bugs) {
    const one = await fish(bug, runs)
    console.error(`${one.promise === undefined ? 'not found' : 'found'}: ${bug.name}, ${one.runs} runs`)
    catches.push(one)
  }
  console.log(catchText(catches))
  return catches.every(({ promise }) => promise !== undefined) ? 0 : 1
}

async function simulate({ runs, from, workers }: Options): Promise<number> {
  const startedMs = performance.now()
  const seconds = () => (performance.now() - startedMs) / 1000
  let saidAtS = 0
  const onProgress = ({ runs: done, releases, failed }: Summary): boolean => {
    if (seconds() - saidAtS < 10) return false
    saidAtS = seconds()
    console.error(
      `${done} of ${runs} runs, ${releases} releases, ${Math.round(done / saidAtS)} runs/s, ${failed} broke a promise`,
    )
    return false
  }
  const summary = await playMany({ runs, from, workers, onProgress, signal: interrupted() })
  console.log(summaryText(summary, seconds(), Object.keys(transitions)))
  return summary.failed === 0 ? 0 : 1
}

/** Aborts at Ctrl-C: what was done until then is summed up, and nothing is left behind. */
function interrupted(): AbortSignal {
  const ending = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort())
  return ending.signal
}

async function tellOne(seed: string, { shrink: isShrunk }: Options): Promise<number> {
  const simulator = await createSimulator()
  const story = isShrunk === true ? await shrink(storyOf(seed), simulator) : storyOf(seed)
  const lines = await tellStory(story, simulator)
  console.log(lines.join('\n'))
  return lines.some((line) => line.startsWith('BROKEN')) ? 1 : 0
}

await program.parseAsync()
