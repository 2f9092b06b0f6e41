import { setMaxListeners } from 'node:events'
import { exitCodes } from '../../cli/exit-codes.ts'
import { processTerminal } from '../../cli/process-terminal.ts'
import type { Terminal } from '../../cli/terminal.ts'
import { auto } from './auto.ts'
import type { Ground } from './ground.ts'
import { interactive } from './interactive.ts'
import { brokenText, createPrinter, indent } from './paper.ts'
import { openRunFolder, type RunFolder } from './run-folder.ts'
import { openStage, type Stage } from './stage.ts'

export interface RunOptions {
  /** Without anybody at the keys: a story that ends by itself. */
  readonly isAuto: boolean
  readonly openGround: (folder: RunFolder) => Promise<Ground>
}

/** Runs the demo and gives its exit code. Leaves nothing behind, whatever ends it. */
export async function runDemo(options: RunOptions): Promise<number> {
  const leave = new AbortController()
  setMaxListeners(0, leave.signal)
  const folder = openRunFolder()
  const terminal = processTerminal()
  const stopListening = onSignals(() => {
    if (leave.signal.aborted) process.exit(exitCodes.interrupted)
    leave.abort(new Interrupted())
    setTimeout(() => process.exit(exitCodes.interrupted), closingMs).unref() // whatever does not end by itself
  })
  process.once('exit', () => folder.remove()) // a second Ctrl-C, or an error that nobody caught
  try {
    return await onStage(options, { folder, terminal, leave })
  } catch (error) {
    if (leave.signal.aborted) return exitCodes.interrupted
    terminal.err(error instanceof Error ? error.message : String(error))
    return exitCodes.failed
  } finally {
    stopListening()
    folder.remove()
  }
}

/** Everything ends within that, or is ended. */
const closingMs = 5_000

class Interrupted extends Error {
  override readonly message = 'interrupted'
}

interface Circumstances {
  readonly folder: RunFolder
  readonly terminal: Terminal
  readonly leave: AbortController
}

async function onStage({ isAuto, openGround }: RunOptions, around: Circumstances): Promise<number> {
  const { folder, terminal, leave } = around
  const beganMs = performance.now()
  const ground = await openGround(folder)
  try {
    leave.signal.throwIfAborted()
    const paper = isAuto
      ? { ...terminal, columns: () => terminal.columns() - indent.length }
      : { ...terminal, isTty: false, colours: false } // what commands say is read there, not shown
    const stage = await openStage({ ground, folder, paper, signal: leave.signal })
    try {
      if (!isAuto) return await interactive(stage, { folder, terminal })
      return await tell(stage, terminal, beganMs)
    } catch (error) {
      throw stage.signal.aborted ? stage.signal.reason : error
    } finally {
      await stage.close()
    }
  } finally {
    await ground.stop()
  }
}

async function tell(stage: Stage, terminal: Terminal, beganMs: number): Promise<number> {
  const printer = createPrinter(terminal, terminal.out)
  printer.say(`${stage.ground.title}, ready after ${seconds(beganMs)}`)
  const checks = await auto(stage, printer)
  const broken = brokenText(checks)
  printer.title(`${checks.length - broken.length} of ${checks.length} promises held, in ${seconds(beganMs)}`)
  printer.checks(checks)
  for (const line of broken) terminal.err(line)
  return broken.length === 0 ? exitCodes.ok : exitCodes.failed
}

const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function onSignals(fn: () => void): () => void {
  for (const signal of signals) process.on(signal, fn)
  return () => {
    for (const signal of signals) process.off(signal, fn)
  }
}
