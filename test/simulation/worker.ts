/**
 * The simulation as one file: a worker of `npm run simulate`, which plays every n-th seed and reports to its parent; or,
 * run by itself, `node worker.mjs SEED`, the teller of one story, `--shrink` of a shorter one, as JSON.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { playSeeds } from './seeds.ts'
import { shrink } from './shrink.ts'
import { createSimulator } from './simulator.ts'
import { storyOf } from './story.ts'
import { tellStory } from './tell-story.ts'

const simulator = await createSimulator()
const [, , seed = '1', flag] = process.argv

if (parentPort !== null) await playSeeds(workerData, simulator, (summary) => parentPort?.postMessage(summary))
else if (flag === '--shrink') console.log(JSON.stringify(await shrink(storyOf(seed), simulator), undefined, 2))
else console.log((await tellStory(storyOf(seed), simulator)).join('\n'))
