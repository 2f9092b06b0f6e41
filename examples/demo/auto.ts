import { setTimeout as sleep } from 'node:timers/promises'
import { canaryName } from '../../api/canary-name.ts'
import { podResource } from '../../api/names.ts'
import { span } from '../../cli/view/spans.ts'
import { appName } from './chart.ts'
import { type Answers, type Flow, lossesText } from './flow.ts'
import type { Printer } from './paper.ts'
import { type Check, lastAnswerCheck, lossCheck, noneCheck, sameCheck, shareCheck } from './promises.ts'
import { isHealthyOn, waitsAt } from './sights.ts'
import { type Stage, succeeded } from './stage.ts'
import { podsOf, tracesOf, whenGone } from './traces.ts'
import { shareBars } from './view/bars.ts'

/** So many requests decide what share a version has. */
const sample = 600
/** Requests under way when a route changes, on a machine that is busy. */
const underWayMs = 250

/** A release from the first command to the last, then a bad one; tells what it does and gives what it measured. */
export async function auto(stage: Stage, printer: Printer): Promise<readonly Check[]> {
  const flow = await firstInstall(stage, printer)
  const scene: Scene = { stage, printer, flow }
  const checks = [...(await goodVersion(scene)), ...(await badVersion(scene)), ...(await farewell(scene))]
  const { sent, lost, losses } = await flow.stop()
  return [lossCheck(sent, lost, lossesText(losses)), ...checks]
}

interface Scene {
  readonly stage: Stage
  readonly printer: Printer
  readonly flow: Flow
}

async function firstInstall(stage: Stage, printer: Printer): Promise<Flow> {
  printer.title('Sluice goes into the cluster, and its controller starts')
  printer.shown(await stage.sluice('install'))
  await stage.startController()
  printer.title('A team installs its chart; one more object makes its releases gradual')
  printer.shown(succeeded(await stage.chart.install('v1')))
  printer.shown({ heading: 'this is applied:', code: 0, lines: (await stage.applyRollout()).split('\n') })
  await stage.watcher.until('the Rollout is Healthy', isHealthyOn('v1'))
  await stage.served()
  printer.say(
    '200 requests a second flow through the gateway from now on: half keep their connection, half open a new one each',
  )
  return stage.startFlow()
}

async function goodVersion({ stage, printer, flow }: Scene): Promise<readonly Check[]> {
  const { watcher } = stage
  printer.title('v2: held, announced, canaried, promoted')
  const old = podsNow(stage, 'v1')
  printer.shown(succeeded(await stage.chart.upgrade('v2')))
  const checks: Check[] = []
  for (const [index, weight] of [20, 90].entries()) {
    const { world } = await watcher.until(`step ${index + 1} waits for approval`, waitsAt(index + 1))
    printer.shown(await stage.sluice('status', appName))
    const { sent, versions } = await measure(stage, printer, flow)
    checks.push(shareCheck('v2', weight, versions.v2?.answers ?? 0, sent))
    if (index === 0)
      checks.push(sameCheck('the update is held: no pod of v1 is touched', old, podsOf(world, 'v1'), 'pods'))
    printer.shown(await stage.sluice('approve', appName, '--reason', 'looks good'))
  }
  printer.say(
    'the copy takes all traffic, the old pods drain, the Deployment rolls with no request on it, the traffic returns',
  )
  await watcher.until('v2 is promoted', isHealthyOn('v2'))
  const promotedAtMs = Date.now()
  printer.shown(await stage.sluice('status', appName))
  await measure(stage, printer, flow)
  const lastV1 = flow.between(0).versions.v1?.lastAtMs ?? 0
  return [...checks, lastAnswerCheck('once promoted, only v2 answers', 'v1', lastV1, promotedAtMs, 0)]
}

async function badVersion({ stage, printer, flow }: Scene): Promise<readonly Check[]> {
  const { watcher, session, signal } = stage
  printer.title('v3-broken: three of ten of its answers are errors; a person rolls it back')
  const old = podsNow(stage, 'v2')
  printer.shown(succeeded(await stage.chart.upgrade('v3-broken')))
  await watcher.until('step 1 waits for approval', waitsAt(1))
  const { sent, versions } = await measure(stage, printer, flow)
  const share = shareCheck('v3-broken', 20, versions['v3-broken']?.answers ?? 0, sent)
  const gone = whenGone(session, canaryName(appName), signal)
  gone.catch(() => undefined) // awaited below, unless the next line throws first
  printer.shown(await stage.sluice('rollback', appName, '--reason', 'customers complain'))
  const goneAtMs = await gone
  const { world } = await watcher.until('it is rolled back', ({ look }) => look.status?.phase === 'RolledBack')
  printer.shown(await stage.sluice('explain', appName))
  await measure(stage, printer, flow)
  const lastBad = flow.between(0).versions['v3-broken']?.lastAtMs ?? 0
  const withinMs = stage.ground.gatewayMs + underWayMs
  printer.say('the Deployment still holds the rejected template; the chart is brought back as well')
  printer.shown(succeeded(await stage.chart.rollback()))
  const back = await watcher.until('it is Healthy again', isHealthyOn('v2'))
  return [
    share,
    lastAnswerCheck('a rollback is one write: soon nobody meets v3-broken', 'v3-broken', lastBad, goneAtMs, withinMs),
    sameCheck('neither the bad version nor its rollback touch a pod of v2', old, podsOf(world, 'v2'), 'pods'),
    sameCheck('nor does bringing the chart back', old, podsOf(back.world, 'v2'), 'pods'),
  ]
}

async function farewell({ stage, printer, flow }: Scene): Promise<readonly Check[]> {
  printer.title('Sluice leaves')
  const old = podsNow(stage, 'v2')
  printer.shown(await stage.sluice('uninstall', '--yes', '--wait'))
  const traces = await tracesOf(stage.session, stage.signal)
  const pods = (await stage.session.client.listAll(podResource, { namespace: stage.session.namespace }, stage.signal))
    .items
  await flow.next(sample / 2)
  return [
    noneCheck('uninstalled, nothing of Sluice is left', traces, 'no object, no label, no hold'),
    sameCheck('and the app runs on as it was', old, podsOf({ pods }, 'v2'), 'pods'),
  ]
}

function podsNow({ watcher }: Stage, version: string): readonly string[] {
  const sight = watcher.sight()
  return sight === undefined ? [] : podsOf(sight.world, version)
}

/** Waits until the gateway must have followed, then asks who answers. */
async function measure({ ground, signal }: Stage, printer: Printer, flow: Flow): Promise<Answers> {
  await sleep(ground.gatewayMs, undefined, { signal })
  const answers = await flow.next(sample)
  printer.lines([[], [span(`of ${answers.sent} requests`, 'dim')], ...shareBars(answers, printer.columns)])
  return answers
}
