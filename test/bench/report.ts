import type { Analysed } from './analysis.ts'
import { analysisRows } from './analysis-report.ts'
import type { RoundTrips } from './api-server.ts'
import type { Counts } from './audit.ts'
import type { Idle } from './idle.ts'
import { type PeerFigures, peers, peersNote } from './peers.ts'
import type { ReleaseTimes } from './release-times.ts'
import { type Summary, summarize } from './stats.ts'
import type { Passage, TrafficResult } from './traffic.ts'

/** All that one run has measured; a part that was not asked for is absent. */
export interface Results {
  readonly at: string
  readonly machine: string
  /** Load averages of one minute, at the beginning and at the end of each part. */
  readonly load: Readonly<Record<string, readonly [number, number]>>
  readonly apiServer?: { readonly alone: RoundTrips; readonly moving?: RoundTrips }
  readonly releases?: ReleaseTimes
  readonly moving?: Moving
  readonly traffic?: TrafficResult
  readonly idle?: readonly Idle[]
  readonly analysis?: Analysed
}

export interface Moving {
  readonly rollouts: number
  readonly namespaces: number
  readonly rollback: readonly number[]
  readonly stepsPerSecond: number
  readonly controllerMilliCores: number
  readonly requestsPerSecond: Readonly<Record<string, number>>
}

export interface Row {
  readonly title: string
  readonly figure: string
  readonly goal?: string
  readonly met?: boolean
  readonly peers?: PeerFigures
}

/** One Markdown table: ours, the goals, the peers'. */
export function tableOf(results: Results): string {
  const head = ['', 'Sluice', 'goal', '', 'Argo Rollouts', 'Flagger', 'Kruise']
  const lines = rowsOf(results).map(({ title, figure, goal = '', met, peers: others }) => [
    title,
    figure,
    goal,
    met === undefined ? '' : met ? 'met' : '**missed**',
    ...(others === undefined ? ['', '', ''] : [others.argo, others.flagger, others.kruise]),
  ])
  const rows = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`)
  return [...rows, '', `Times in ms: p50 / p99 / max (n). Peers: ${peersNote}; p50 / max.`].join('\n')
}

function rowsOf(results: Results): readonly Row[] {
  return [
    ...serverRows(results),
    ...releaseRows(results),
    ...trafficRows(results),
    ...(results.idle ?? []).flatMap(idleRows),
    ...(results.analysis ? analysisRows(results.analysis) : []),
  ]
}

function serverRows({ apiServer }: Results): readonly Row[] {
  const rows = (when: string, { get, patchStatus, create, writeToEvent }: RoundTrips): readonly Row[] => [
    { title: `API server, ${when}: GET`, figure: text(get) },
    { title: `API server, ${when}: PATCH status`, figure: text(patchStatus) },
    { title: `API server, ${when}: create`, figure: text(create) },
    { title: `API server, ${when}: write → event`, figure: text(writeToEvent) },
  ]
  if (apiServer === undefined) return []
  return [...rows('alone', apiServer.alone), ...(apiServer.moving ? rows('others moving', apiServer.moving) : [])]
}

function releaseRows({ releases, moving }: Results): readonly Row[] {
  const rows: Row[] = []
  if (releases !== undefined) {
    rows.push(
      timeRow('rollback → routing write', releases.rollback, { p50: 20, p99: 50 }, peers.rollback),
      timeRow('update → first canary pod', releases.firstPod, { p50: 60 }, peers.firstPod),
      timeRow('update → first weight', releases.firstWeight, undefined, peers.firstWeight),
      timeRow('approve → scale', releases.scale, { p50: 60 }),
      timeRow('approve → next weight', releases.nextWeight, undefined, peers.nextWeight),
      timeRow('pods ready → weight', releases.readyToWeight, { p50: 50 }),
    )
  }
  if (moving !== undefined) {
    const title = `rollback, ${moving.rollouts} others moving (${moving.stepsPerSecond.toFixed(0)} steps/s)`
    rows.push(timeRow(title, moving.rollback, { p50: 20, p99: 50 }, peers.rollbackMoving))
  }
  return rows
}

interface Goal {
  readonly p50: number
  readonly p99?: number
}

function timeRow(title: string, samples: readonly number[], goal?: Goal, others?: PeerFigures): Row {
  const { p50, p99 } = summarize(samples)
  const row = { title, figure: text(samples), ...(others && { peers: others }) }
  if (goal === undefined) return row
  const said = goal.p99 === undefined ? `p50 ≤ ${goal.p50}` : `p50 ≤ ${goal.p50}, p99 ≤ ${goal.p99}`
  return { ...row, goal: said, met: p50 <= goal.p50 && (goal.p99 === undefined || p99 <= goal.p99) }
}

function trafficRows({ traffic }: Results): readonly Row[] {
  if (traffic === undefined) return []
  const { promotions, rollbacks } = traffic
  const all = [...promotions, ...rollbacks]
  const wrong = (passages: readonly Passage[]) =>
    passages.map((one) => `${one.wrong} (${one.lastWrongMs.toFixed(0)} ms)`).join(', ')
  const lost = all.reduce((sum, one) => sum + one.lost, 0)
  const idleWrites = all.reduce((sum, one) => sum + one.counts.changedNothing.length, 0)
  const most = Math.max(...promotions.map((one) => total(one.counts.writes)))
  return [
    {
      title: 'requests lost',
      figure: `${lost} of ${all.reduce((sum, one) => sum + one.sent, 0)}`,
      goal: '0',
      met: lost === 0,
    },
    { title: 'old version answers after Healthy', figure: wrong(promotions), peers: peers.wrongAfterHealthy },
    {
      title: 'new version answers after the rollback write',
      figure: wrong(rollbacks),
      peers: peers.wrongAfterRollback,
    },
    {
      title: 'writes per promotion (20-50-90)',
      figure: countsText(promotions, 'writes'),
      goal: '< 30',
      met: most < 30,
      peers: peers.writesPerRollout,
    },
    { title: 'writes per rollback at 50 %', figure: countsText(rollbacks, 'writes'), peers: peers.writesPerRollback },
    { title: 'writes that changed nothing', figure: `${idleWrites}`, goal: '0', met: idleWrites === 0 },
    { title: 'reads per promotion', figure: countsText(promotions, 'reads') },
    { title: 'reads per rollback', figure: countsText(rollbacks, 'reads') },
    { title: 'refused writes', figure: `${all.reduce((sum, one) => sum + one.counts.refused.length, 0)}` },
    { title: 'lease writes a minute', figure: traffic.leaseWritesPerMinute.toFixed(0) },
  ]
}

function countsText(passages: readonly { readonly counts: Counts }[], what: 'writes' | 'reads'): string {
  const totals = passages.map(({ counts }) => total(counts[what]))
  const [first] = passages
  const split = Object.entries(first?.counts[what] ?? {}).map(([kind, count]) => `${kind} ${count}`)
  return `${[...new Set(totals)].join(', ')} (${split.join(', ')})`
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

function idleRows({ rollouts, rssMb, milliCores, requestsPerMinute }: Idle): readonly Row[] {
  const asked = Object.entries(requestsPerMinute).map(([what, count]) => `${what} ${count.toFixed(0)}`)
  const polls = Object.keys(requestsPerMinute).filter((what) => !what.endsWith(' Lease'))
  const limited = rollouts === 1000
  const memory = rollouts === 0 ? peers.rss0 : rollouts === 200 ? peers.rss200 : peers.rss1000
  const cpu = rollouts === 0 ? peers.cpu0 : rollouts === 200 ? peers.cpu200 : peers.cpu1000
  return [
    {
      title: `MB at ${rollouts} idle`,
      figure: rssMb.toFixed(0),
      ...(limited && { goal: '≤ 130', met: rssMb <= 130 }),
      peers: memory,
    },
    {
      title: `mcore at ${rollouts} idle`,
      figure: milliCores.toFixed(2),
      ...(limited && { goal: '≤ 1', met: milliCores <= 1 }),
      peers: cpu,
    },
    {
      title: `requests a minute at ${rollouts} idle`,
      figure: asked.join(', '),
      goal: 'leases only',
      met: polls.length === 0,
    },
  ]
}

function text(samples: readonly number[]): string {
  const { n, p50, p99, max }: Summary = summarize(samples)
  return `${p50.toFixed(1)} / ${p99.toFixed(1)} / ${max.toFixed(1)} (${n})`
}
