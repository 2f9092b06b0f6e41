/** One worker of `npm run simulate`: plays every n-th seed and reports to its parent. */
import { parentPort, workerData } from 'node:worker_threads'
import { createEngines } from '../../sandbox/sandbox.ts'
import { playSeeds } from './seeds.ts'

await playSeeds(workerData, createEngines(), (summary) => parentPort?.postMessage(summary))
