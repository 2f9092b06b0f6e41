import type { KubeObject, Resource } from '../kube-object.ts'
import { labelPattern, maxArgumentLength, maxArguments, maxMetrics } from '../limits.ts'
import { analysisResource, clusterAnalysisResource } from '../names.ts'
import { age, crdOf } from './definition.ts'
import { metricSchema } from './metric.ts'
import { named, object, type Schema, text } from './schema.ts'
import { builtInList } from './use.ts'

const parameter = object(
  'A parameter: `{{ args.NAME }}` in queries.',
  {
    name: text('Its name.', { pattern: labelPattern, maxLength: 63 }),
    value: text('Its value where none is given. Absent: whoever uses the analysis must give one.', {
      maxLength: maxArgumentLength,
    }),
  },
  { required: ['name'] },
)

/** `parse-analysis.ts` reads the same. */
export const analysisSpecSchema: Schema = object(
  'What is measured.',
  {
    args: named('Parameters.', parameter, { maxItems: maxArguments }),
    metrics: named('The metrics: all of them must pass.', metricSchema, { minItems: 1, maxItems: maxMetrics }),
  },
  { required: ['metrics'] },
)

function crd(resource: Resource, singular: string, description: string): KubeObject {
  const rule = `!(self.metadata.name in ${builtInList})`
  const schema = object(
    description,
    { spec: analysisSpecSchema },
    { required: ['spec'], rules: [{ rule, message: 'metadata.name is that of an analysis that comes with Sluice' }] },
  )
  return crdOf({ resource, singular, shortNames: [], columns: [age], schema })
}

/** The kind Analysis. */
export const analysisCrd: KubeObject = crd(
  analysisResource,
  'analysis',
  'Metrics by which releases in its namespace are judged. See `kubectl explain analysis.spec`.',
)

/** The kind ClusterAnalysis. */
export const clusterAnalysisCrd: KubeObject = crd(
  clusterAnalysisResource,
  'clusteranalysis',
  'Metrics by which releases in any namespace are judged. See `kubectl explain clusteranalysis.spec`.',
)
