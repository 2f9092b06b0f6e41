import { verbs } from '../decision.ts'
import type { KubeObject } from '../kube-object.ts'
import {
  attemptPattern,
  hashPattern,
  maxReasonLength,
  maxRolloutNameLength,
  maxSteps,
  maxUserLength,
  namePattern,
} from '../limits.ts'
import { decisionResource } from '../names.ts'
import { age, type Column, crdOf } from './definition.ts'
import { integer, object, oneOf, text } from './schema.ts'

const spec = object(
  'The decision. It is written once and never edited.',
  {
    rollout: text('Name of the Rollout, in the same namespace.', {
      pattern: namePattern,
      minLength: 1,
      maxLength: maxRolloutNameLength,
    }),
    verb: oneOf('What is decided.', verbs),
    attempt: text('The attempt it is about, as the Rollout shows it. An approval must name it.', {
      pattern: attemptPattern,
      maxLength: 20,
    }),
    revision: text('The revision it is about, when no attempt has begun.', { pattern: hashPattern, maxLength: 10 }),
    step: integer('The step it is about, counted from 1. An approval must name it.', { minimum: 1, maximum: maxSteps }),
    stepHash: text('Hash of that step as it was shown. An approval must name it.', {
      pattern: hashPattern,
      maxLength: 10,
    }),
    reason: text('Why, in your words.', { maxLength: maxReasonLength }),
    decidedBy: text('Who decides: your user name, as `kubectl auth whoami` says it. The API server checks it.', {
      minLength: 1,
      maxLength: maxUserLength,
    }),
  },
  {
    required: ['rollout', 'verb', 'decidedBy'],
    rules: [
      { rule: 'self == oldSelf', message: 'a decision is written once: make another' },
      {
        rule: "self.verb != 'approve' || (has(self.attempt) && has(self.step) && has(self.stepHash))",
        message: 'must name attempt, step and stepHash to approve; use sluice approve',
      },
    ],
  },
)

const status = object("The controller's answer.", {
  outcome: oneOf('Whether it was done. Absent: not yet seen.', ['Accepted', 'Refused']),
  message: text('What came of it.'),
})

const columns: readonly Column[] = [
  { name: 'Rollout', type: 'string', jsonPath: '.spec.rollout', description: 'The Rollout it is about.' },
  { name: 'Verb', type: 'string', jsonPath: '.spec.verb', description: 'What was decided.' },
  { name: 'Step', type: 'integer', jsonPath: '.spec.step', description: 'The step it is about.' },
  { name: 'By', type: 'string', jsonPath: '.spec.decidedBy', description: 'Who decided.' },
  { name: 'Outcome', type: 'string', jsonPath: '.status.outcome', description: 'Whether it was done.' },
  { name: 'Message', type: 'string', jsonPath: '.status.message', description: 'What came of it.', priority: 1 },
  age,
]

/** The kind Decision. */
export const decisionCrd: KubeObject = crdOf({
  resource: decisionResource,
  singular: 'decision',
  shortNames: [],
  columns,
  schema: object(
    "A person's decision about a Rollout: approve, reject, pause, resume, roll back, retry, bypass or hold. `sluice` makes it.",
    { spec, status },
    { required: ['spec'] },
  ),
})
