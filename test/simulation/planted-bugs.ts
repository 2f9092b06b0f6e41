import type { Mutation } from './bundle.ts'

/** A mistake that somebody could make, and the promises that suffer from it. */
export interface PlantedBug {
  readonly name: string
  readonly mutations: readonly Mutation[]
}

const bug = (name: string, ...mutations: readonly Mutation[]): PlantedBug => ({ name, mutations })
const inPlanner = (file: string, find: string, replace: string): Mutation => ({
  file: `rollout-controller/planner/${file}.ts`,
  find,
  replace,
})
const inShell = (file: string, find: string, replace: string): Mutation => ({
  file: `rollout-controller/${file}.ts`,
  find,
  replace,
})

/** Mistakes in the planner, in the order of record and act, in what is written and how, in a provider, and in a watch. */
export const plantedBugs: readonly PlantedBug[] = [
  bug(
    'acts before it records',
    inShell(
      'reconcile',
      '  const rollout = await recordOrStale(deps, observed, plan, signal)\n  if (rollout === undefined) return',
      '  await actOrTell(deps, key, observed, plan, observed.rollout, memory, signal)\n  const rollout = await recordOrStale(deps, observed, plan, signal)\n  if (rollout === undefined) return',
    ),
  ),
  bug(
    'acts on its memory of the Rollout instead of a live read',
    inShell('reconcile', 'return order !== undefined && order >= 0 ? rollout : undefined', 'return rollout'),
    inShell(
      'reconcile',
      'if (first === undefined || known === undefined || !actsUnrecorded(first)) return first',
      'if (first !== undefined) return first',
    ),
  ),
  bug(
    'records whatever was written meanwhile',
    inShell(
      'record',
      "return client.replace(rolloutResource, { ...rollout, status }, { subresource: 'status' }, signal)",
      "return client.patch(rolloutResource, rollout.metadata, { type: 'merge', body: { status } }, { subresource: 'status' }, signal)",
    ),
  ),
  bug('writes the workload whatever was written meanwhile', inShell('act-workload', 'resourceVersion: at,', '')),
  bug('asks the gateway for one percent more than the step', {
    file: 'traffic-providers/nginx-annotations.ts',
    find: '[weightKey]: String(weightFor(percent, total)),',
    replace: '[weightKey]: String(percent === 0 ? 0 : weightFor(percent, total) + 1),',
  }),
  bug(
    'asks whether an update is held by a write instead of a dry run',
    inShell('act-workload', '{ dryRun: true }', '{}'),
  ),
  bug(
    'removes the copy before the drain',
    inPlanner('retire', 'if (leftMs <= 0) return stay(', 'if (leftMs <= 1e9) return stay('),
  ),
  bug(
    'rolls the workload before the old pods have drained',
    inPlanner('promote', 'if (leftMs > 0)', 'if (leftMs > 1e9)'),
  ),
  bug(
    'keeps counting a drain that was interrupted',
    inPlanner('promote', 'waitOrRollBack(drainAnew(view), shift)', 'waitOrRollBack(view, shift)'),
    inPlanner('retire', ', changes: drainAnew })', ' })'),
  ),
  bug(
    'raises the weight before the pods are ready',
    inPlanner('shift', 'if (readyPods(view) < batch.replicas || missesService(view)) {', 'if (missesService(view)) {'),
  ),
  bug(
    'asks for pods by the workload as it is, not as it was when the release began',
    inPlanner(
      'view',
      'Math.max(1, view.status.release?.desired ?? 0, view.workload?.replicas ?? 0)',
      'Math.max(1, view.workload?.replicas ?? 0)',
    ),
  ),
  bug(
    'leaves a tenth of the traffic on the workload while it rolls',
    inPlanner(
      'promote',
      'const whole = (view: View) => ({ weight: 100,',
      'const whole = (view: View) => ({ weight: 90,',
    ),
  ),
  bug(
    'gives the traffic back before the workload has rolled',
    inPlanner(
      'promote',
      'if (!isWhole(workload) || workload.availableReplicas < release.desired ||',
      'if (workload.availableReplicas < release.desired &&',
    ),
  ),
  bug(
    'takes the first gate of a step for all of them',
    inPlanner('gates', 'firstOf([...step.gates.map(', 'firstOf([...step.gates.slice(0, 1).map('),
  ),
  bug('keeps an approval for the next step', inPlanner('steps', ' approvedBy: _approved,', '')),
  bug(
    'takes an approval of another attempt',
    inPlanner(
      'decisions',
      'if (decision.attempt !== undefined && decision.attempt !== release?.attempt) {',
      'if (decision.attempt === undefined && release === undefined) {',
    ),
  ),
  bug(
    'says yes to a rollback and does nothing',
    inPlanner(
      'decisions',
      "case 'Progressing':\n      return moved(beginRollBack(view, ending), 'rolling back: all traffic goes to the stable version')",
      "case 'Progressing':\n      return accepted({ ...view.status }, 'rolling back')",
    ),
  ),
  bug(
    'passes a pause at once',
    inPlanner(
      'gates',
      'const until = openedAt + durationMs\n  if (view.now >= until) return',
      'const until = openedAt + durationMs\n  if (view.now >= openedAt) return',
    ),
  ),
  bug(
    'goes on while a person has it paused',
    inPlanner('progress', 'if (release.paused) return stay(view, { actions, waiting: paused(view) })', ''),
  ),
  bug(
    'releases a rejected version again',
    inPlanner(
      'view',
      'return rejected !== undefined && (revision === rejected.revision || revision === view.templates.rejected)',
      'return false && revision === rejected?.revision',
    ),
  ),
  bug(
    'does not see a newer version in the middle of a release',
    inPlanner(
      'end',
      'if (workload.revision !== release.revision) return beginRollBack(view, superseded(workload.revision))',
      '',
    ),
  ),
  bug('never loses its patience', inPlanner('patience', 'if (view.now >= until) {', 'if (view.now < 0) {')),
  bug(
    'hands a workload back with the template that it holds',
    inPlanner(
      'terminate',
      'if (!view.status.stable || revision === stableRevision(view) || rolledByOthers(view, workload)) {',
      'if (revision !== undefined) {',
    ),
  ),
  bug(
    'forgets the kept templates when it goes',
    inPlanner('terminate', "...roles.map((role): Action => ({ kind: 'dropTemplate', role })),", ''),
  ),
  bug('forgets the Decisions when it goes', inPlanner('terminate', "{ kind: 'deleteDecisions' },", '')),
  bug(
    'gives the copy the labels of the stable pods',
    inShell(
      'workload/separate',
      "if (first === undefined) return { kind: 'ok', changed }",
      "if (first !== undefined || labels) return { kind: 'ok', changed }",
    ),
  ),
  bug('creates a route with its weight in it', {
    file: 'traffic-providers/nginx-canary.ts',
    find: 'annotations: annotationsOf(route, user, 0),',
    replace: 'annotations: annotationsOf(route, user, 20),',
  }),
  bug(
    'believes whatever a watch told last',
    {
      file: 'kube/cache.ts',
      find: 'if (old !== undefined && !isNewer(object, old.metadata.resourceVersion)) return',
      replace: '',
    },
    inShell(
      'act-context',
      'await client.delete(resource, name, { uid, ...version, propagationPolicy',
      'await client.delete(resource, name, { propagationPolicy',
    ),
  ),
  bug('goes on watching from where it was after a 410', {
    file: 'kube/reflector.ts',
    find: "return error.fault !== 'unavailable' || error.reason === 'Garbage'",
    replace: "return error.reason === 'Garbage'",
  }),
  bug(
    'takes an analysis without a verdict for one that passed',
    inPlanner(
      'analysis-gate',
      "if (run.verdict === 'pass' && (isOver || mayPassEarly(analysis))) return { kind: 'pass' }",
      "if (run.verdict !== 'fail') return { kind: 'pass' }",
    ),
  ),
  bug(
    'goes on although an analysis failed',
    inPlanner('analysed', 'if (failed) return beginRollBack', 'if (failed && view.now < 0) return beginRollBack'),
    inPlanner(
      'analysis-gate',
      "if (run.verdict === 'fail') return { kind: 'fail', ending: endingOf(run) }",
      "if (run.verdict === 'fail') return { kind: 'pass' }",
    ),
  ),
  bug(
    'takes an approval of the step for one of a missing verdict',
    inPlanner(
      'analysis-gate',
      'return run.acceptedBy === undefined',
      'return view.status.release?.approvedBy === undefined',
    ),
  ),
]
