/** The demo on the real cluster, inside the namespace that `start.ts` made for it. */
import { runDemo } from '../demo/run.ts'
import { startRealGround } from './real-ground.ts'

process.exitCode = await runDemo({ isAuto: process.argv.includes('--auto'), openGround: startRealGround })
