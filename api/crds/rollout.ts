import type { KubeObject } from '../kube-object.ts'
import { maxRolloutNameLength } from '../limits.ts'
import { rolloutResource } from '../names.ts'
import { age, type Column, crdOf } from './definition.ts'
import { rolloutSpecSchema } from './rollout-spec.ts'
import { rolloutStatusSchema } from './rollout-status.ts'
import { object } from './schema.ts'

const columns: readonly Column[] = [
  {
    name: 'Workload',
    type: 'string',
    jsonPath: '.spec.workloadRef.name',
    description: 'The Deployment that it releases.',
  },
  { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'Where it is.' },
  { name: 'Step', type: 'string', jsonPath: '.status.progress', description: 'The step it is at, of how many.' },
  {
    name: 'Weight',
    type: 'integer',
    jsonPath: '.status.release.weight',
    description: 'Percent of the traffic that the step asks for the new version.',
  },
  { name: 'Waiting', type: 'string', jsonPath: '.status.waiting.reason', description: 'What it waits for.' },
  {
    name: 'Next',
    type: 'string',
    jsonPath: '.status.waiting.next',
    description: 'What to type, or what will happen by itself.',
    priority: 1,
  },
  {
    name: 'Message',
    type: 'string',
    jsonPath: '.status.message',
    description: 'Where it is, in a sentence.',
    priority: 1,
  },
  age,
]

/** The kind Rollout. Its short name is not `ro`, which is that of Argo's kind of the same name. */
export const rolloutCrd: KubeObject = crdOf({
  resource: rolloutResource,
  singular: 'rollout',
  shortNames: ['sro'],
  columns,
  schema: object(
    'Holds every update of one workload and releases it in weighted batches, each with its gates. See `kubectl explain rollout.spec`.',
    { spec: rolloutSpecSchema, status: rolloutStatusSchema },
    {
      required: ['spec'],
      rules: [
        {
          rule: `size(self.metadata.name) <= ${maxRolloutNameLength}`,
          message: `metadata.name may have at most ${maxRolloutNameLength} characters: it is written into a label`,
        },
      ],
    },
  ),
})
