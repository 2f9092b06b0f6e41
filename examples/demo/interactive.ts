import { exitCodes } from '../../cli/exit-codes.ts'
import type { Terminal } from '../../cli/terminal.ts'
import { messageOf } from '../../rollout-controller/log.ts'
import { appName } from './chart.ts'
import { followEvents } from './events.ts'
import type { Flow } from './flow.ts'
import { openFullScreen } from './full-screen.ts'
import { type Action, actionText, bindingsFor, carryOut } from './keys.ts'
import { lastWords } from './last-words.ts'
import { podMarks } from './pod-marks.ts'
import type { RunFolder } from './run-folder.ts'
import { prepareShell } from './shell.ts'
import { isHealthy } from './sights.ts'
import { type Stage, succeeded } from './stage.ts'
import { createTrafficMeter } from './traffic-meter.ts'
import { type LogLine, type Scene, sceneLines, type Traffic } from './view/scene.ts'

export interface InteractiveOptions {
  readonly folder: RunFolder
  readonly terminal: Terminal
}

/** What the screen shows, and changes. */
interface Board {
  readonly stage: Stage
  readonly log: LogLine[]
  readonly shell: readonly string[]
  traffic: (nowMs: number) => Traffic
  busy: string | undefined
  /** All is set up: the keys work. */
  isReady: boolean
  isShellShown: boolean
}

const frameMs = 200
const noTraffic: Traffic = { perSecond: 0, sent: 0, lost: 0, losses: '', recent: { versions: {} } }

/** Sets everything up before the eyes of a person, then does what the keys say until they quit. */
export async function interactive(stage: Stage, { folder, terminal }: InteractiveOptions): Promise<number> {
  const board: Board = {
    stage,
    log: [],
    shell: prepareShell(folder, stage),
    traffic: () => noTraffic,
    busy: undefined,
    isReady: false,
    isShellShown: false,
  }
  const quit = new AbortController()
  const until = AbortSignal.any([stage.signal, quit.signal])
  const draw = () => screen.draw(sceneLines(sceneOf(board), terminal.columns(), terminal.rows()))
  const onKey = (pressed: string) => {
    const binding = bindingsOn(board).find(({ key }) => key === pressed)
    if (pressed === 'ctrl-c' || binding?.wish.kind === 'quit') quit.abort()
    else if (binding?.wish.kind === 'shell') board.isShellShown = !board.isShellShown
    else if (binding !== undefined && board.busy === undefined) void obey(board, binding.wish).finally(draw)
    draw()
  }
  const screen = openFullScreen({ terminal, keyboard: process.stdin, onKey, onResize: draw })
  const ticking = setInterval(draw, frameMs)
  const stopWatching = stage.watcher.onChange(draw)
  const following = followEvents(stage.session, (line) => board.log.push(line), until)
  try {
    const flow = await orQuit(setUp(board), until)
    if (flow !== undefined) await orQuit(new Promise<undefined>(() => undefined), until)
    stage.signal.throwIfAborted()
    await following
    screen.close()
    await sayGoodbye(terminal, flow)
    return exitCodes.ok
  } finally {
    clearInterval(ticking)
    stopWatching()
    screen.close()
  }
}

/** What `work` gives, or undefined as soon as somebody quits. */
function orQuit<T>(work: Promise<T>, until: AbortSignal): Promise<T | undefined> {
  const quitting = new Promise<undefined>((resolve) => {
    if (until.aborted) resolve(undefined)
    until.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  return Promise.race([work, quitting])
}

async function setUp(board: Board): Promise<Flow> {
  const { stage } = board
  const step = async (what: string, work: () => Promise<unknown>) => {
    board.busy = what
    await work()
  }
  await step('sluice install', () => stage.sluice('install'))
  await step('sluice controller', () => stage.startController())
  await step('installing the chart', async () => succeeded(await stage.chart.install('v1')))
  await step('creating its Rollout', () => stage.applyRollout())
  await step('waiting for its first pods', () => stage.watcher.until('the Rollout is Healthy', isHealthy))
  await step('waiting for the gateway', () => stage.served())
  const flow = stage.startFlow()
  board.traffic = createTrafficMeter(flow)
  board.busy = undefined
  board.isReady = true
  return flow
}

async function obey(board: Board, action: Action): Promise<void> {
  const what = actionText(action)
  const say = (text: string, tone: LogLine['tone']) =>
    board.log.push({ atMs: Date.now(), text: `you: ${what}: ${text}`, tone })
  board.busy = what
  try {
    say(lastWords((await carryOut(board.stage, action)).lines), 'strong')
  } catch (error) {
    say(messageOf(error), 'bad')
  } finally {
    board.busy = undefined
  }
}

const bindingsOn = ({ stage, isReady }: Board) => bindingsFor(isReady ? stage.watcher.sight()?.look : undefined)

function sceneOf(board: Board): Scene {
  const { stage, traffic, busy, log, shell, isShellShown } = board
  const sight = stage.watcher.sight()
  const now = Date.now()
  return {
    log,
    shell,
    isShellShown,
    title: `Sluice demo on ${stage.ground.title}: ${appName}`,
    now,
    look: sight?.look,
    traffic: traffic(now),
    pods: podMarks(sight?.world.pods ?? []),
    keys: bindingsOn(board),
    ...(busy === undefined ? {} : { busy }),
  }
}

async function sayGoodbye(terminal: Terminal, flow: Flow | undefined): Promise<void> {
  if (flow === undefined) return
  const { sent, lost } = await flow.stop()
  terminal.out(`${sent} requests sent, ${lost} lost. The cluster was in this process and is gone with it.`)
}
