import { exitCodes } from '../../cli/exit-codes.ts'
import type { Terminal } from '../../cli/terminal.ts'
import { messageOf } from '../../rollout-controller/log.ts'
import { appName } from './chart.ts'
import type { Shown } from './commands.ts'
import { followEvents } from './events.ts'
import type { Flow } from './flow.ts'
import { type FullScreen, openFullScreen } from './full-screen.ts'
import { type Binding, bindingsFor, type Wish } from './keys.ts'
import { createPrinter } from './paper.ts'
import { podMarks } from './pod-marks.ts'
import type { RunFolder } from './run-folder.ts'
import { prepareShell } from './shell.ts'
import { isHealthy } from './sights.ts'
import { type Stage, succeeded } from './stage.ts'
import { createTrafficMeter } from './traffic-meter.ts'
import { type LogLine, sceneLines } from './view/scene.ts'

export interface InteractiveOptions {
  readonly folder: RunFolder
  readonly terminal: Terminal
  readonly signal: AbortSignal
}

/** Sets the scene, then shows it and does what the keys say until somebody quits. */
export async function interactive(stage: Stage, options: InteractiveOptions): Promise<number> {
  const { terminal } = options
  const printer = createPrinter(terminal, terminal.out)
  printer.say(`${stage.ground.title}; installing Sluice, its controller and the demo's chart …`)
  await stage.sluice('install')
  await stage.startController()
  succeeded(await stage.chart.install('v1'))
  await stage.applyRollout()
  await stage.watcher.until('the Rollout is Healthy', isHealthy)
  await stage.served()
  const flow = stage.startFlow()
  await show(stage, flow, options)
  const { sent, lost } = await flow.stop()
  printer.say(`${sent} requests sent, ${lost} lost. The cluster and everything in it ends with this process.`)
  return exitCodes.ok
}

const frameMs = 200

async function show(stage: Stage, flow: Flow, { folder, terminal, signal }: InteractiveOptions): Promise<void> {
  const quit = new AbortController()
  const until = AbortSignal.any([signal, stage.signal, quit.signal])
  const log: LogLine[] = []
  const note = (text: string, tone: LogLine['tone'] = 'plain') => log.push({ atMs: Date.now(), text, tone })
  const traffic = createTrafficMeter(flow)
  const shell = prepareShell(folder, stage)
  let busy: string | undefined
  let isShellShown = false

  const bindings = (): readonly Binding[] => bindingsFor(stage.watcher.sight()?.look)
  const draw = () => {
    const sight = stage.watcher.sight()
    const now = Date.now()
    const scene = {
      title: `Sluice demo on ${stage.ground.title}`,
      now,
      look: sight?.look,
      traffic: traffic(now),
      pods: podMarks(sight?.world.pods ?? []),
      log,
      keys: bindings(),
      shell,
      isShellShown,
      ...(busy === undefined ? {} : { busy }),
    }
    screen.draw(sceneLines(scene, terminal.columns(), terminal.rows()))
  }
  const obey = (wish: Wish) => {
    if (wish.kind === 'quit') return quit.abort()
    if (wish.kind === 'shell') {
      isShellShown = !isShellShown
      return draw()
    }
    if (busy !== undefined) return
    busy = textOf(wish)
    draw()
    carryOut(stage, wish)
      .then(({ typed, lines }) => note(`you: ${typed}: ${lastWords(lines)}`, 'strong'))
      .catch((error: unknown) => note(messageOf(error), 'bad'))
      .finally(() => {
        busy = undefined
        draw()
      })
  }
  const onKey = (pressed: string) => {
    if (pressed === 'ctrl-c') return quit.abort()
    const binding = bindings().find(({ key }) => key === pressed)
    if (binding !== undefined) obey(binding.wish)
  }
  const screen: FullScreen = openFullScreen({ terminal, keyboard: process.stdin, onKey, onResize: draw })
  const stopWatching = stage.watcher.onChange(draw)
  const ticking = setInterval(draw, frameMs)
  const following = followEvents(stage.session, (line) => log.push(line), until)
  try {
    await new Promise<void>((resolve) => until.addEventListener('abort', () => resolve(), { once: true }))
    if (stage.signal.aborted) throw stage.signal.reason
  } finally {
    clearInterval(ticking)
    stopWatching()
    screen.close()
    await following
  }
}

type Action = Exclude<Wish, { readonly kind: 'quit' | 'shell' }>

function textOf(wish: Action): string {
  switch (wish.kind) {
    case 'decide':
      return wish.verb
    case 'upgrade':
      return `upgrading to ${wish.version}`
    case 'chart-back':
      return 'bringing the chart back'
    default:
      return wish satisfies never
  }
}

/** By the same ways as a person in a second terminal. */
async function carryOut(stage: Stage, wish: Action): Promise<Shown> {
  switch (wish.kind) {
    case 'decide':
      return stage.sluice(wish.verb, appName)
    case 'upgrade':
      return succeeded(await stage.chart.upgrade(wish.version))
    case 'chart-back':
      return succeeded(await stage.chart.rollback())
    default:
      return wish satisfies never
  }
}

/** The line that says what came of it: our own with a mark, a warning, or the last one. */
const lastWords = (lines: readonly string[]): string =>
  (
    lines.find((line) => line.startsWith('✔')) ??
    lines.find((line) => /held by Rollout/.test(line)) ??
    lines.at(-1) ??
    ''
  )
    .replace(/^.*(this update is held by Rollout [^;]*).*$/, '$1')
    .trim()
