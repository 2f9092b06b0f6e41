import {
  defaultProgressDeadline,
  maxGates,
  maxNameLength,
  maxReplicas,
  maxRoutes,
  maxSteps,
  namePattern,
  percentPattern,
} from '../limits.ts'
import { duration, exactlyOne, integer, list, object, oneOf, type Schema, text } from './schema.ts'
import { useSchema, usesSchema } from './use.ts'

const nameOf = (what: string) =>
  text(`Name of the ${what}, in the Rollout's namespace.`, {
    pattern: namePattern,
    minLength: 1,
    maxLength: maxNameLength,
  })

const workloadRef = object(
  'The workload whose updates are held and released. It cannot be changed: one Rollout is about one workload.',
  {
    apiVersion: oneOf('API version of the workload. Default: apps/v1.', ['apps/v1']),
    kind: oneOf('Kind of the workload.', ['Deployment']),
    name: nameOf('workload'),
  },
  {
    required: ['kind', 'name'],
    rules: [
      {
        rule: 'self.kind == oldSelf.kind && self.name == oldSelf.name',
        message: 'cannot be changed: make another Rollout for another workload',
      },
    ],
  },
)

const gate = object(
  'What must pass before the next step: exactly one of approval, pause and analysis.',
  {
    approval: object('A person says `sluice approve`.', {
      timeout: duration('How long to wait for the person before rolling back, such as 24h. Absent: for ever.'),
    }),
    pause: duration("Time, such as 10m, counted from the moment the step's share of the traffic is in force."),
    analysis: useSchema,
  },
  { rules: [exactlyOne('approval', 'pause', 'analysis')] },
)

const step = object(
  'One batch: how much goes to the new version, and what must pass before the next step.',
  {
    weight: integer(
      'Share of the traffic for the new version, in percent, 1 to 100; never less than in an earlier step. Absent: the share stays what it was.',
      { minimum: 1, maximum: 100 },
    ),
    replicas: {
      'x-kubernetes-int-or-string': true,
      description:
        'Pods of the new version: a number, or a share of the workload such as "30%". Absent: as many as the weight needs.',
      minimum: 1,
      maximum: maxReplicas,
      pattern: percentPattern,
      maxLength: 4,
    },
    gates: list(
      'All of them must pass before the next step. Absent: the next step follows when the pods are ready and the traffic is split.',
      gate,
      {
        maxItems: maxGates,
        rules: [
          {
            rule: 'self.all(one, !has(one.analysis) || self.exists_one(other, has(other.analysis) && other.analysis.name == one.analysis.name))',
            message: 'names the same analysis twice',
          },
        ],
      },
    ),
  },
  { rules: [{ rule: 'has(self.weight) || has(self.replicas)', message: 'must have weight, replicas or both' }] },
)

const steps = list('The batches, in order. After the last one the workload itself is updated.', step, {
  minItems: 1,
  maxItems: maxSteps,
  rules: [
    {
      rule: 'self.filter(step, has(step.weight)).map(step, step.weight).isSorted()',
      message: 'weights never fall: each weight must be at least that of the step before',
    },
  ],
})

const route = object(
  'One routing object through which traffic comes in.',
  {
    ingress: object(
      "An Ingress whose controller understands nginx's canary annotations. Sluice never edits it; it makes a canary Ingress beside it.",
      {
        name: nameOf('Ingress'),
        drain: duration(
          "How long a side is kept after its share became 0, such as 10s. Absent: what the Ingress's controller is known to need.",
          { orZero: true },
        ),
      },
      { required: ['name'] },
    ),
  },
  { required: ['ingress'] },
)

const traffic = list('Where the traffic comes in: at least one routing object that sends it to the workload.', route, {
  minItems: 1,
  maxItems: maxRoutes,
  rules: [
    {
      rule: 'self.all(one, self.exists_one(other, other.ingress.name == one.ingress.name))',
      message: 'names the same Ingress twice',
    },
  ],
})

/** What a user asks for; `parse.ts` reads the same. */
export const rolloutSpecSchema: Schema = object(
  'What you ask for.',
  {
    workloadRef,
    strategy: object(
      'How an update is released.',
      {
        canary: object(
          'Pods of the new version beside the old ones, with a growing share of the traffic.',
          {
            steps,
            analysis: usesSchema(
              "Analyses in the background, from the first step's share of the traffic until the workload runs the new version.",
            ),
            beforePromotion: usesSchema(
              'Analyses that must pass while the copy carries everything, before the workload itself is updated.',
            ),
          },
          { required: ['steps'] },
        ),
      },
      { required: ['canary'] },
    ),
    traffic,
    progressDeadline: duration(
      `How long to wait for pods and routes before rolling back. Default: ${defaultProgressDeadline}.`,
    ),
  },
  { required: ['workloadRef', 'strategy', 'traffic'] },
)
