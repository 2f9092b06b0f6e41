import type { Reading } from '../../analysis/measurement.ts'
import { mayStayEmpty } from '../../analysis/questions.ts'
import type { Metric } from '../../api/analysis.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { TriedMetric } from './looks.ts'
import { asksDefault } from './measurer-for.ts'
import type { Store } from './store.ts'
import type { Trial } from './try.ts'
import { isAway, troubleIn } from './why-away.ts'

/** How a trial ends, and in one line why, where that is not in the verdict. */
export interface TrialEnd {
  readonly exitCode: ExitCode
  readonly why?: string
}

/** Without a canary it is about data: whether there is some for every question that needs it. */
export function endOf({ verdict, why, metrics }: Trial): TrialEnd {
  if (verdict === 'pass') return { exitCode: exitCodes.ok }
  if (verdict === 'fail') return { exitCode: exitCodes.failed }
  if (verdict === 'inconclusive') return inconclusive(`the verdict is inconclusive: ${why}`)
  const last = metrics.flatMap(lastAnswers)
  const missing = last.find(isMissing)
  if (missing !== undefined) return inconclusive(missingText(missing))
  const empty = last.filter(({ reading }) => reading?.kind === 'empty').map(nameOf)
  if (empty.length === 0) return { exitCode: exitCodes.ok }
  return { exitCode: exitCodes.ok, why: `no data of ${empty.join(', ')} is fine: errors are counted from the first` }
}

const inconclusive = (why: string): TrialEnd => {
  const exitCode = exitCodes.inconclusive
  return { exitCode, why: `exit ${exitCode}: ${why}` }
}

interface LastAnswer {
  readonly metric: Metric
  readonly question: string
  readonly reading: Reading | undefined
}

const lastAnswers = ({ metric, questions, measurements }: TriedMetric): readonly LastAnswer[] =>
  Object.keys(questions).map((question) => ({ metric, question, reading: measurements.at(-1)?.readings[question] }))

const isMissing = ({ metric: { condition }, question, reading }: LastAnswer): boolean =>
  reading?.kind !== 'values' && !(reading?.kind === 'empty' && mayStayEmpty(condition, question))

const nameOf = ({ metric, question }: LastAnswer): string => `${metric.name}.${question}`

function missingText(answer: LastAnswer): string {
  const { reading } = answer
  if (reading?.kind === 'empty') return `${nameOf(answer)} has no data: ${reading.what}`
  return `${nameOf(answer)} was not answered${reading?.kind === 'away' ? `: ${reading.why}` : ''}`
}

const forward = 'kubectl port-forward -n NAMESPACE service/NAME 9090, then --prometheus http://127.0.0.1:9090'

/** A Prometheus of the cluster has no name outside of it. An address of the metric's own is no matter of flags. */
export function adviceOn({ metrics }: Pick<Trial, 'metrics'>, { prometheus }: Pick<Store, 'prometheus'>) {
  const answers = metrics.filter(({ metric }) => asksDefault(metric.source)).flatMap(lastAnswers)
  const away = answers.flatMap(({ reading }) => (reading !== undefined && isAway(reading) ? [reading.why] : []))
  if (!away.some((why) => troubleIn(why) === 'store')) return []
  const say = prometheus === undefined ? 'One in the cluster' : 'If it is not to be reached from here'
  return [`${say}: ${forward}`]
}
