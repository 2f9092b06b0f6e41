import { setMaxListeners } from 'node:events'
import { exitCodes } from './exit-codes.ts'
import { processTerminal } from './process-terminal.ts'
import { run } from './program.ts'

// A controller's caches all listen to one signal: that is no leak.
setMaxListeners(100)

const stop = new AbortController()
/** The first asks to end cleanly; the second does not ask. */
const onSignal = () =>
  stop.signal.aborted ? process.exit(exitCodes.interrupted) : stop.abort(new Error('interrupted'))
process.on('SIGINT', onSignal)
process.on('SIGTERM', onSignal)

const context = { terminal: processTerminal(), signal: stop.signal, where: {}, exitCode: exitCodes.ok }
process.exitCode = await run(process.argv.slice(2), context)
