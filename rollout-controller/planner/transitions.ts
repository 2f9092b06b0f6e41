/**
 * Every way from one state to another, by name. docs/planner.md shows the same table and a test compares the two.
 * `at rest` stands for Pending, Healthy and RolledBack.
 */
export const transitions = {
  claimed: { from: 'Pending', to: 'Pending', when: 'the workload carries our label and its stable template is kept' },
  'hold-confirmed': { from: 'Pending', to: 'Healthy', when: 'a dry run says that an update would be held' },
  'hold-lost': { from: 'Healthy', to: 'Pending', when: 'a dry run says that an update would not be held' },
  'workload-lost': { from: 'at rest', to: 'Pending', when: 'the workload is gone or was made again' },
  'update-blocked': {
    from: 'at rest',
    to: 'Pending',
    when: 'an update is held and something keeps it from being canaried',
  },
  'release-begins': {
    from: 'at rest',
    to: 'Progressing',
    when: 'the workload holds a template that is neither stable nor rejected',
  },
  'turned-down': { from: 'at rest', to: 'RolledBack', when: 'the workload holds the rejected template' },
  'template-returned': { from: 'at rest', to: 'Healthy', when: 'the workload has its stable template again' },
  slipped: {
    from: 'at rest, Progressing, Promoting',
    to: 'Restoring',
    when: 'an update began to roll although it should be held',
  },
  adopted: {
    from: 'at rest',
    to: 'Pending',
    when: 'an update has rolled completely although it should have been held',
  },
  'bypass-begins': { from: 'at rest', to: 'Bypassed', when: 'somebody said bypass' },
  leftover: { from: 'at rest', to: 'RollingBack', when: 'objects of an earlier release are still there' },
  'steps-changed': { from: 'Progressing', to: 'Progressing', when: 'the list of steps was edited: a new attempt' },
  'gates-open': {
    from: 'Progressing',
    to: 'Progressing',
    when: 'the split of the step is in force on enough ready pods',
  },
  'step-passed': {
    from: 'Progressing',
    to: 'Progressing',
    when: 'all gates of a step passed and another step follows',
  },
  'promotion-begins': { from: 'Progressing', to: 'Promoting/Filling', when: 'all gates of the last step passed' },
  filled: { from: 'Promoting/Filling', to: 'Promoting/Draining', when: 'the copy carries all traffic' },
  drained: {
    from: 'Promoting/Draining',
    to: 'Promoting/Rolling',
    when: 'the drain time of the old pods has passed, and so have the analyses before promotion',
  },
  'split-lost': {
    from: 'Promoting/Rolling',
    to: 'Promoting/Draining',
    when: 'a route sends requests to the workload again before it has begun to roll',
  },
  rolled: {
    from: 'Promoting/Rolling',
    to: 'Promoting/Returning',
    when: 'the workload runs the new revision and the new template is kept as stable',
  },
  promoted: {
    from: 'Promoting/Returning',
    to: 'Healthy',
    when: 'the split is back, the drain has passed, nothing of ours is left',
  },
  'rollback-begins': {
    from: 'Progressing, Promoting/Filling, Promoting/Draining',
    to: 'RollingBack',
    when: 'a person, a verdict, a deadline, another template or the end of the workload says so',
  },
  'rolled-back': {
    from: 'RollingBack',
    to: 'RolledBack',
    when: 'the copy is gone and the workload holds the rejected template',
  },
  returned: { from: 'RollingBack', to: 'Healthy', when: 'the copy is gone and the workload has its stable template' },
  'starts-over': {
    from: 'RollingBack',
    to: 'Pending',
    when: 'the copy is gone and the workload is gone or holds another template',
  },
  'bypass-after-rollback': { from: 'RollingBack', to: 'Bypassed', when: 'the copy is gone and somebody said bypass' },
  'restore-begins': {
    from: 'Promoting/Rolling',
    to: 'Restoring',
    when: 'a person, another template or deletion ends the promotion while the workload rolls',
  },
  'restore-void': {
    from: 'Restoring, Promoting/Rolling',
    to: 'RollingBack',
    when: 'the workload is gone, or its stable template is lost and somebody said bypass',
  },
  reverted: { from: 'Restoring', to: 'Restoring', when: 'the workload runs the stable revision again' },
  restored: { from: 'Restoring', to: 'Healthy', when: 'the split is back and the workload has its stable template' },
  'wanted-put-back': {
    from: 'Restoring',
    to: 'Pending',
    when: 'the split is back and the workload holds a newer template',
  },
  'hold-again': { from: 'Bypassed', to: 'Pending', when: 'somebody said hold, or took the annotation away' },
  deletion: {
    from: 'any',
    to: 'Terminating',
    when: 'the Rollout is being deleted and the workload is not rolling for us',
  },
} as const satisfies Record<string, { from: string; to: string; when: string }>

export type TransitionName = keyof typeof transitions
