/** What `npm start` runs: a release to watch and to steer, on a cluster in this process (docs/embedded.md). */
import { parseArgs } from 'node:util'
import { processTerminal } from '../cli/process-terminal.ts'

const usage = `npm start             watch a release and steer it by keys, on a cluster in this process
npm start -- --auto   the same as a story that ends by itself, in under a minute; exit 0 only if every promise held
npm start -- --real   on a real control plane (Linux, Go 1.26 once); may be combined with --auto
  --gateway-ms 3000   how late the gateway in this process follows a change, 100 ms else; when that is later than the
                      drain of 2 s, requests are lost, and the story says so`

const terminal = processTerminal()
process.exitCode = await start(process.argv.slice(2))

async function start(args: readonly string[]): Promise<number> {
  const wishes = wishesOf(args)
  if (wishes === undefined) return 2
  const { help, auto: asked, real, 'gateway-ms': gatewayMs } = wishes
  if (help === true) {
    terminal.out(usage)
    return 0
  }
  const isAuto = asked === true || !hasPerson()
  terminal.out(real === true ? 'starting …' : 'starting a cluster in this process …')
  if (real === true) return (await import('./real/start.ts')).startReal(isAuto ? ['--auto'] : [])
  const [{ runDemo }, { startEmbeddedGround }] = await Promise.all([
    import('./demo/run.ts'),
    import('./demo/embedded-ground.ts'),
  ])
  return runDemo({ isAuto, openGround: (folder) => startEmbeddedGround(folder, gatewayMs) })
}

/** Keys and a screen that can be drawn on; otherwise there is nobody to steer. */
function hasPerson(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && process.env['TERM'] !== 'dumb'
}

function millisecondsOf(text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,6}$/.test(text)) return text === undefined ? undefined : Number(text)
  throw new Error(`--gateway-ms takes a number of milliseconds, not ${text}`)
}

function wishesOf(args: readonly string[]) {
  const flag = { type: 'boolean' } as const
  try {
    const number = { type: 'string' } as const
    const options = { auto: flag, real: flag, help: { ...flag, short: 'h' }, 'gateway-ms': number } as const
    const { values } = parseArgs({ args: [...args], options })
    return { ...values, 'gateway-ms': millisecondsOf(values['gateway-ms']) }
  } catch (error) {
    terminal.err(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return undefined
  }
}
