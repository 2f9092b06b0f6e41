import { deploymentResource, ingressResource, rolloutResource } from '../../api/names.ts'
import { holdPolicy } from '../../api/policies/hold.ts'
import { resourceOf } from '../../sandbox/server/resource-of.ts'
import { perform, type Stage } from './acts.ts'
import { type Controllers, createControllers, type Witness } from './controllers.ts'
import { type Ending, endingOf, farewell } from './endings.ts'
import { troublePods } from './pod-trouble.ts'
import { ingress } from './shop.ts'
import { namespace, rolloutName, routeNames, workloadName } from './sight.ts'
import type { Simulator } from './simulator.ts'
import type { Story, TimedAct } from './story.ts'
import { tellWrite } from './telling.ts'
import { type Breach, createWorld, type World } from './world.ts'

/** What came of a story. */
export interface Outcome {
  readonly seed: string
  readonly breaches: readonly Breach[]
  readonly transitions: Counts
  readonly faults: Counts
  readonly acts: Counts
  /** Controllers' warnings, by their first words. */
  readonly releases: number
  readonly writes: number
  /** How it stood when all was left alone. */
  readonly ending: string
}

export type Counts = ReadonlyMap<string, number>

/** Hears the story as it is played. */
export type Teller = (atMs: number, line: string) => void

interface Playing {
  readonly world: World
  readonly stage: Stage
  readonly controllers: Controllers
  readonly witness: Witness
  readonly say: (line: string) => void
  readonly acts: Map<string, number>
}

/** More than any story has ever needed. */
const mostTimers = 300_000

/** The controllers or the cluster never stop doing something. */
class Livelock extends Error {
  override readonly name = 'Livelock'
}

/** Lets time pass, until something is so if that is given. */
function pass({ clock }: World, ms: number, isEnough: () => boolean = () => false): Promise<void> {
  let timers = 0
  return clock.advanceUntil(ms, () => {
    timers++
    if (timers > mostTimers) throw new Livelock(`${mostTimers} timers in ${ms} ms and no end`)
    return isEnough()
  })
}

/** Longer than any deadline of a story, and than a quiet world needs to move again. */
const longestMs = 1_200_000
const quietMs = 180_000

/** Lets time pass until nothing is written any more. */
async function settle(world: World): Promise<void> {
  const { clock } = world
  const startMs = clock.monotonicMs()
  do await pass(world, quietMs / 3)
  while (
    clock.monotonicMs() - Math.max(startMs, world.lastWriteMs()) < quietMs &&
    clock.monotonicMs() - startMs < longestMs
  )
}

/** Plays one story: nothing of it is left to chance, so the same story always comes out the same. */
export async function play(story: Story, simulator: Simulator, tell?: Teller): Promise<Outcome> {
  const world = createWorld(story, simulator)
  const say = (line: string) => tell?.(world.elapsedMs(), line)
  const [transitions, faults, acts] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()]
  const witness: Witness = {
    transition(name) {
      count(transitions, name)
      say(`controller: ${name}`)
    },
    fault(kind, what) {
      count(faults, kind)
      say(what)
    },
    complaint: (message) => say(`controller warns: ${message}`),
  }
  if (tell !== undefined) world.onWrite = (moment) => say(tellWrite(moment))
  const playing = { world, stage: stageOf(world), controllers: createControllers(world, witness), witness, say, acts }

  const ends = await lifeOf(playing).catch((error: unknown) => {
    if (error instanceof Livelock) return { state: 'Livelock', breaches: [livelock(world, error)] }
    throw error
  })
  return {
    seed: story.seed,
    breaches: [...world.breaches, ...ends.breaches],
    transitions,
    faults,
    acts,
    releases: transitions.get('release-begins') ?? 0,
    writes: world.controllerWrites(),
    ending: ends.state,
  }
}

/** From the installation to the farewell. */
async function lifeOf(playing: Playing): Promise<Ending> {
  const { world } = playing
  begin(playing)
  await pass(world, 120_000, () => world.look().rollout?.status?.phase === 'Healthy')
  for (const act of world.story.acts) await playAct(playing, act)
  await pass(world, 150_000)
  await healAll(playing)
  const { state, breaches } = endingOf(world)
  return { state, breaches: [...breaches, ...(await takeLeave(playing))] }
}

const livelock = (world: World, { message }: Livelock): Breach => ({
  promise: '8 comes to rest or waits for a person',
  what: message,
  atMs: world.elapsedMs(),
})

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function stageOf(world: World): Stage {
  const { api, story, look, chronicle, sandbox } = world
  return {
    api,
    plan: story.shop,
    look,
    chronicle,
    trouble: (of, what) => troublePods(world, of, what),
    loseNode: () => sandbox.kubelet.loseNode('node-1', 60_000),
  }
}

function begin({ world, controllers, witness, stage, say, acts }: Playing): void {
  controllers.start()
  crashInStates(world, controllers, witness)
  for (const fault of world.story.faults) {
    if (fault.kind !== 'second-controller') continue
    world.clock.setTimer(fault.atMs, () => {
      witness.fault(fault.kind, 'a second controller is started by mistake')
      const second = controllers.start()
      world.clock.setTimer(fault.forMs, () => second.kill())
    })
  }
  const { approver } = world.story
  if (approver === undefined) return
  let asked = ''
  world.onControllerWrite(() => {
    const { waiting, release } = world.look().rollout?.status ?? {}
    const question = `${waiting?.reason} ${release?.attempt} ${release?.step} ${release?.stepHash} ${release?.gatesOpenedAt}`
    if (!asksAPerson.has(waiting?.reason ?? '') || question === asked) return
    asked = question
    world.clock.setTimer(approver.delayMs, () => {
      for (let times = approver.twice ? 2 : 1; times > 0; times--)
        doOne({ world, stage, say, acts }, 'decide approve', { kind: 'decide', verb: 'approve', about: 'now' })
    })
  })
}

const asksAPerson: ReadonlySet<string> = new Set(['Approval', 'AnalysisInconclusive'])

/** Once each, right after the write that records the state. */
function crashInStates(world: World, controllers: Controllers, witness: Witness): void {
  const states = new Set(world.story.faults.flatMap((fault) => (fault.kind === 'crash-in-state' ? [fault.state] : [])))
  if (states.size === 0) return
  world.onControllerWrite(() => {
    const state = stateOf(world)
    if (!states.delete(state)) return
    witness.fault('crash-in-state', `the controller dies as soon as it is ${state}`)
    for (const process of controllers.living()) process.die()
  })
}

function doOne(
  { world, stage, say, acts }: Pick<Playing, 'world' | 'stage' | 'say' | 'acts'>,
  name: string,
  act: TimedAct['act'],
): void {
  count(acts, name)
  say(`user: ${world.asUser(() => perform(stage, act))}`)
}

/** Does an act as soon as it is due, by writes or by time. */
async function playAct(playing: Playing, { act, during, afterMs, writes, ms }: TimedAct): Promise<void> {
  const { world } = playing
  if (during !== undefined) await pass(world, ms, () => stateOf(world) === during)
  const enough = world.controllerWrites() + writes
  if (afterMs === undefined) await pass(world, ms, () => world.controllerWrites() >= enough)
  else await pass(world, afterMs)
  doOne(playing, act.kind === 'decide' ? `decide ${act.verb}` : act.kind, act)
}

/** The phase, with the stage of a promotion. */
function stateOf(world: World): string {
  const { phase = '', release } = world.look().rollout?.status ?? {}
  return phase === 'Promoting' ? `${phase}/${release?.stage}` : phase
}

/** Nothing goes wrong any more, and what a passer-by can mend is mended. */
async function healAll({ world, stage, controllers, say }: Playing): Promise<void> {
  const { api, sandbox, story } = world
  say('from here on nothing goes wrong any more, and nobody does anything')
  controllers.heal()
  const survivors = world.dice.fork('survivors').chance(0.5) ? 1 : 0
  for (const process of controllers.living().slice(survivors)) process.kill()
  world.asUser(() => {
    sandbox.kubelet.restoreNode('node-1')
    for (const of of [workloadName, 'canary']) stage.trouble(of, 'mend')
    for (const policy of holdPolicy)
      if (!api.find(resourceOf(api, policy), policy.metadata)) api.create(resourceOf(api, policy), policy)
    for (const name of routeNames.slice(0, story.shop.routes)) {
      if (!api.find(ingressResource, { namespace, name })) api.create(ingressResource, ingress(name))
    }
  })
  if (controllers.living().length === 0) controllers.start()
  await settle(world)
}

/** The Rollout is deleted; whoever reads that the stable template is lost brings it back. */
async function takeLeave({ world, say }: Playing): Promise<readonly Breach[]> {
  const { api, look, chronicle } = world
  const { rollout } = look()
  const { status } = rollout ?? {}
  // somebody deleted the kept template while the workload rolled: nobody can put it back but who has it
  const isLost = status?.waiting?.reason === 'StableTemplateLost'
  const isOff = chronicle.excuses.holdWasOff || status?.bypass !== undefined
  const stable = isOff || isLost ? undefined : status?.stable?.revision
  say('user: kubectl delete rollout')
  world.asUser(() => {
    if (rollout !== undefined)
      api.delete(rolloutResource, { namespace, name: rolloutName }, { propagationPolicy: 'Foreground' })
  })
  await settle(world)
  const lost = look().rollout?.status
  if (lost?.waiting?.reason === 'StableTemplateLost') {
    say('user: helm rollback to the stable version')
    const value = chronicle.templates.get(lost.stable?.revision ?? '')
    const body = [{ op: 'replace', path: '/spec/template', value }] as const
    world.asUser(() => api.patch(deploymentResource, { namespace, name: workloadName }, { type: 'json', body }))
    await settle(world)
  }
  return farewell(world, stable)
}
