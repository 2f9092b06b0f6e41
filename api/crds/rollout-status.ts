import { verbs } from '../decision.ts'
import { maxRoutes } from '../limits.ts'
import { endingCauses } from '../parse-status.ts'
import { conditionTypes, phases, stages } from '../status.ts'
import { runsSchema } from './analysis-run.ts'
import { boolean, integer, list, object, oneOf, type Schema, text, time } from './schema.ts'

const waiting = object(
  'What it waits for. Absent: nothing.',
  {
    reason: text('For machines, in CamelCase.'),
    message: text('For people.'),
    next: text('What to type, or what will happen by itself.'),
    until: time('When the wait ends by itself. Absent: it has no deadline.'),
  },
  { required: ['reason', 'message', 'next'] },
)

const stable = object(
  'The version that serves, and that a rollback returns to.',
  {
    revision: text('Hash of its pod template.'),
    workloadUid: text('The workload object that it was seen on.'),
    claimed: boolean('The label of this Rollout was seen on the workload.'),
  },
  { required: ['revision', 'workloadUid', 'claimed'] },
)

const paused = object(
  'Somebody paused it.',
  { by: text('Who.'), since: time('Since when.') },
  { required: ['by', 'since'] },
)

const writtenRoute = object(
  'A routing object that this release may have written.',
  {
    kind: text('Kind of the route, as in spec.traffic.'),
    name: text('Its name.'),
    drainMs: integer('How long a side is kept after its share became 0, in milliseconds.'),
  },
  { required: ['kind', 'name'] },
)

const release = object(
  'The attempt at releasing one revision that is under way.',
  {
    attempt: text('Names the attempt: the revision and a number.'),
    revision: text('Hash of the pod template that is released.'),
    desired: integer('Replicas of the workload when the release began.'),
    startedAt: time('When it began.'),
    step: integer('The step it is at, counted from 1.'),
    steps: integer('How many steps there are.'),
    stepHash: text('Hash of the step as it was shown; an approval names it.'),
    stepsHash: text('Hash of all steps; another list is another attempt.'),
    stepStartedAt: time('When this step began.'),
    weight: integer('Percent of the traffic that the step asks for the new version.'),
    replicas: integer('Pods that the step asks for the new version.'),
    gatesOpenedAt: time("When the step's share of the traffic was seen in force: its gates count from here."),
    approvedBy: text('Who approved the step.'),
    paused,
    pausedMs: integer('For how long the step was paused by people, in milliseconds.'),
    unreadySince: time('Since when too few ready pods carry the share of the traffic.'),
    stage: oneOf('While Promoting: how far.', stages),
    stageStartedAt: time('When this stage began.'),
    analyses: runsSchema('The analyses of this release: those at work, and those of steps that are over.'),
    routes: list('The routing objects that this release may have written.', writtenRoute, { maxItems: 2 * maxRoutes }),
  },
  {
    required: [
      'attempt',
      'revision',
      'desired',
      'startedAt',
      'step',
      'steps',
      'stepHash',
      'stepsHash',
      'stepStartedAt',
      'weight',
      'replicas',
      'routes',
    ],
  },
)

const ending = object(
  'Why the release is being rolled back, restored or retired.',
  { cause: oneOf('For machines.', endingCauses), by: text('Who or what.'), message: text('For people.') },
  { required: ['cause', 'by', 'message'] },
)

const rejected = object(
  'The last revision that was turned down. It stays held until it changes or somebody says `sluice retry`.',
  {
    revision: text('Hash of its pod template.'),
    at: time('When.'),
    by: text('Who or what.'),
    message: text('Why.'),
    analyses: runsSchema('What the analyses had measured.'),
  },
  { required: ['revision', 'at', 'by', 'message'] },
)

const bypass = object(
  'The workload is updated without Sluice until somebody says `sluice hold`.',
  { by: text('Who.'), reason: text('Why.'), since: time('Since when.'), endedBy: text('Who said hold.') },
  { required: ['by', 'reason', 'since'] },
)

const outcome = oneOf('Whether it was done.', ['Accepted', 'Refused'])

const taken = object(
  'A decision that was taken.',
  {
    uid: text('Of the Decision object.'),
    name: text('Of the Decision object.'),
    verb: oneOf('What was decided.', verbs),
    by: text('Who decided.'),
    at: time('When it was taken.'),
    step: integer('The step it was about.'),
    attempt: text('The attempt it was about.'),
    reason: text('Why, in the words of whoever decided.'),
    outcome,
    message: text('What came of it.'),
  },
  { required: ['uid', 'name', 'verb', 'by', 'at', 'outcome', 'message'] },
)

const condition = object(
  'One thing that is so or not.',
  {
    type: oneOf(
      'Held: an update would be held. Accepted: the spec and what it names can work. Stalled: it needs a person.',
      conditionTypes,
    ),
    status: oneOf('Whether it is so.', ['True', 'False', 'Unknown']),
    reason: text('For machines, in CamelCase.'),
    message: text('For people.'),
    lastTransitionTime: time('When its status changed last.'),
    observedGeneration: integer('The generation of the spec that it is about.'),
  },
  { required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'] },
)

const conditions: Schema = {
  type: 'array',
  description: 'What is so, by type.',
  items: condition,
  maxItems: 16,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
}

const hold = object(
  'The answer of the last dry run that asked whether an update would be held.',
  {
    inForce: boolean('An update would be held.'),
    asked: text('Fingerprint of the policies and the workload that were asked.'),
    message: text('For people.'),
  },
  { required: ['inForce', 'asked', 'message'] },
)

/** What the controller answers, field by field as in `status.ts`. */
export const rolloutStatusSchema: Schema = object(
  'What the controller answers. Nobody else writes it.',
  {
    observedGeneration: { ...integer('The generation of the spec that was read last.'), format: 'int64' },
    phase: oneOf('Where it is.', phases),
    message: text('Where it is, in a sentence.'),
    progress: text('The step it is at, of how many: 1/3.'),
    waiting,
    stable,
    release,
    ending,
    drainSince: time('Since when the side that is to go gets no traffic.'),
    wanted: text('While Restoring: the revision that arrived meanwhile and is put back, held, afterwards.'),
    rejected,
    bypass,
    attempts: integer('How many attempts there were, ever.'),
    decisions: list('The last decisions taken, newest last.', taken, { maxItems: 100 }),
    conditions,
    hold,
  },
  { required: ['phase', 'message', 'attempts', 'decisions', 'conditions'] },
)
