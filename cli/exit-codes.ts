/** What a script can tell from how `sluice` ended. Documented in docs/cli.md and in `sluice --help`. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  unreachable: 4,
  forbidden: 5,
  rolledBack: 6,
  timedOut: 7,
  inconclusive: 8,
  interrupted: 130,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** One line per code, in the order of the codes. */
export const exitCodeMeanings: readonly (readonly [ExitCode, string])[] = [
  [exitCodes.ok, 'done'],
  [exitCodes.failed, 'refused, failed, or lint found errors'],
  [exitCodes.usage, 'wrong arguments or kubeconfig'],
  [exitCodes.notFound, 'no such object, or Sluice is not installed'],
  [exitCodes.unreachable, 'the API server does not answer'],
  [exitCodes.forbidden, 'not allowed, or not logged in'],
  [exitCodes.rolledBack, 'with --wait: the release was rolled back'],
  [exitCodes.timedOut, 'with --wait: the timeout passed first'],
  [exitCodes.inconclusive, 'analysis try: no verdict, or a question without data'],
  [exitCodes.interrupted, 'interrupted (Ctrl-C)'],
]
