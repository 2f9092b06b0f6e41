/** Series by name, their values in promtool's notation, one a minute: `0+2x60` is 0, 2, 4, … */
export type SeriesValues = Readonly<Record<string, string>>

/** What an alert is about, as series: it fires on `bad`, and not on `good`. */
export interface AlertCase {
  readonly alert: string
  /** How long `bad` must be so before it fires, in minutes: 1 earlier it does not yet. */
  readonly afterMinutes: number
  readonly bad: SeriesValues
  /** What is near to it, and not bad. */
  readonly good: Readonly<Record<string, SeriesValues>>
}

const leader = { 'sluice_leader{instance="a"}': '1x60' }
const requests = (verb: string, status: string) =>
  `sluice_kube_request_seconds_count{verb="${verb}",kind="Rollout",status="${status}"}`

/** Of 60 observations a minute so many took longer than `le` seconds. */
function latencies(name: string, labels: string, le: string, slow: number): SeriesValues {
  return {
    [`${name}_bucket{${labels},le="${le}"}`]: `0+${60 - slow}x60`,
    [`${name}_bucket{${labels},le="15"}`]: '0+60x60',
    [`${name}_bucket{${labels},le="+Inf"}`]: '0+60x60',
  }
}

const answers = (outcome: string, each: number) => ({
  [`sluice_measurement_seconds_count{provider="prometheus",outcome="${outcome}"}`]: `0+${each}x60`,
})
const reconciles = (ok: number, error: number) => ({
  'sluice_reconcile_seconds_count{outcome="ok"}': `0+${ok}x60`,
  'sluice_reconcile_seconds_count{outcome="error"}': `0+${error}x60`,
})
const inPhase = (phase: string, values: string) => ({ [`sluice_rollouts{instance="a",phase="${phase}"}`]: values })
const notHeld = (reason: string, values: string) => ({ [`sluice_rollouts_not_held{reason="${reason}"}`]: values })

export const alertCases: readonly AlertCase[] = [
  {
    alert: 'SluiceControllerDown',
    afterMinutes: 5,
    bad: { 'up{job="another"}': '1x60' },
    good: {
      'one runs': { 'sluice_leader{instance="a"}': '1x400' },
      'one runs and does not lead': { 'sluice_leader{instance="a"}': '0x400' },
    },
  },
  {
    alert: 'SluiceNoLeader',
    afterMinutes: 2,
    bad: { 'sluice_leader{instance="a"}': '0x60', 'sluice_leader{instance="b"}': '0x60' },
    good: {
      'one of two leads': { ...leader, 'sluice_leader{instance="b"}': '0x60' },
      'the other takes over': { 'sluice_leader{instance="a"}': '1x4 0x60', 'sluice_leader{instance="b"}': '0x5 1x60' },
    },
  },
  {
    alert: 'SluiceTwoLeaders',
    afterMinutes: 2,
    bad: { ...leader, 'sluice_leader{instance="b"}': '1x60' },
    good: { 'one of two leads': { ...leader, 'sluice_leader{instance="b"}': '0x60' } },
  },
  {
    alert: 'SluiceReconcileErrors',
    afterMinutes: 11,
    bad: reconciles(40, 20),
    good: { 'one in twenty fails': reconciles(57, 3), 'nothing is to be done': reconciles(0, 0) },
  },
  {
    alert: 'SluiceWatchFails',
    afterMinutes: 11,
    bad: { 'sluice_failures_total{where="watch Deployment"}': '0+1x60' },
    good: {
      'the API server restarted once': { 'sluice_failures_total{where="watch Deployment"}': '0x4 3x60' },
      'something else fails': { 'sluice_failures_total{where="reconcile"}': '0+1x60' },
    },
  },
  {
    alert: 'SluiceApiSlow',
    afterMinutes: 11,
    bad: latencies('sluice_kube_request_seconds', 'verb="patch",kind="Ingress",status="200"', '1', 6),
    good: {
      'all are quick': latencies('sluice_kube_request_seconds', 'verb="patch",kind="Ingress",status="200"', '1', 0),
    },
  },
  {
    alert: 'SluiceApiErrors',
    afterMinutes: 11,
    bad: {
      [requests('patch', '200')]: '0+50x60',
      [requests('patch', '503')]: '0+5x60',
      [requests('get', '0')]: '0+5x60',
    },
    good: {
      'conflicts and missing objects are no errors': {
        [requests('patch', '200')]: '0+30x60',
        [requests('patch', '409')]: '0+30x60',
        [requests('get', '404')]: '0+30x60',
      },
    },
  },
  {
    alert: 'SluiceQueueSlow',
    afterMinutes: 11,
    bad: latencies('sluice_queue_wait_seconds', 'lane="rollback"', '5', 6),
    good: { 'all are quick': latencies('sluice_queue_wait_seconds', 'lane="rollback"', '5', 0) },
  },
  {
    alert: 'SluiceHoldLost',
    afterMinutes: 5,
    bad: notHeld('HoldNotInForce', '2x60'),
    good: {
      'all are held': notHeld('HoldNotInForce', '0x60'),
      'the workload is not there yet': notHeld('NotYetHeld', '2x60'),
      'it was back within minutes': notHeld('HoldNotInForce', '2x3 0x60'),
    },
  },
  {
    alert: 'SluiceUpdateSlipped',
    afterMinutes: 3,
    bad: { sluice_slips_total: '0x1 1x60' },
    good: { 'none did': { sluice_slips_total: '0x60' }, 'none did since the start': { sluice_slips_total: '3x60' } },
  },
  {
    alert: 'SluiceReleaseStalled',
    afterMinutes: 10,
    bad: { sluice_rollouts_stalled: '1x60' },
    good: {
      'none is': { sluice_rollouts_stalled: '0x60' },
      'it was for minutes': { sluice_rollouts_stalled: '1x5 0x60' },
    },
  },
  {
    alert: 'SluiceRollbackStuck',
    afterMinutes: 20,
    bad: inPhase('RollingBack', '1x60'),
    good: {
      'it is over in time': inPhase('RollingBack', '1x10 0x60'),
      'a release waits for an approval': inPhase('Progressing', '1x60'),
    },
  },
  {
    alert: 'SluiceMetricStoreAway',
    afterMinutes: 6,
    bad: { ...answers('values', 1), ...answers('away', 30) },
    good: {
      'it answers now and then that it has nothing': { ...answers('values', 30), ...answers('empty', 30) },
      'nothing is asked': { ...answers('values', 0), ...answers('away', 0) },
    },
  },
  {
    alert: 'SluiceBypassed',
    afterMinutes: 240,
    bad: inPhase('Bypassed', '1x300'),
    good: { 'a hotfix of an hour': inPhase('Bypassed', '1x60 0x300') },
  },
]
