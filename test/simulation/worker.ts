/** One worker of `npm run simulate`: plays every n-th seed and reports to its parent. */
import { parentPort, workerData } from 'node:worker_threads'
import { playSeeds } from './seeds.ts'
import { createSimulator } from './simulator.ts'

await playSeeds(workerData, await createSimulator(), (summary) => parentPort?.postMessage(summary))
