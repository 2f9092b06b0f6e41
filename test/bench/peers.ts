/** How the peers did: measured on such a bed, default flags. Ten pods, steps 20-50-90, nginx annotations, Traefik. */
export const peersNote = 'measured on such a bed, default flags'

export interface PeerFigures {
  readonly argo: string
  readonly flagger: string
  readonly kruise: string
}

/** Argo Rollouts 1.10.1, Flagger 1.44 (an interval of 10 s, its shortest), Kruise Rollouts 0.6. Milliseconds are p50 / max. */
export const peers = {
  firstPod: { argo: '54 / 79', flagger: '4323 / 9078', kruise: '11124 / 11891' },
  firstWeight: { argo: '108 / 168', flagger: '14314 / 18949', kruise: '29086 / 30361' },
  nextWeight: { argo: '122 / 215', flagger: '3478 / 8731', kruise: '12431 / 13466' },
  rollback: { argo: '26 / 52', flagger: '1952 / 9759', kruise: '1539 / 3141' },
  rollbackMoving: { argo: '5063 / 5192', flagger: '15812 / 32325', kruise: '' },
  wrongAfterHealthy: { argo: '57 over 2 s', flagger: '0', kruise: '0' },
  wrongAfterRollback: { argo: '9-19, 0.8 s', flagger: '~1430', kruise: '113-776, 3.8-4.7 s' },
  writesPerRollout: { argo: '40-45', flagger: '14-15', kruise: '' },
  writesPerRollback: { argo: '905-1286', flagger: '10-11', kruise: '' },
  rss0: { argo: '101', flagger: '55', kruise: '64' },
  rss200: { argo: '134', flagger: '75', kruise: '' },
  rss1000: { argo: '199', flagger: '132', kruise: '90 at 500' },
  cpu0: { argo: '0.8', flagger: '0.2', kruise: '1.2' },
  cpu200: { argo: '0.8', flagger: '18', kruise: '' },
  cpu1000: { argo: '0.7', flagger: '85', kruise: '0.7 at 500' },
} satisfies Readonly<Record<string, PeerFigures>>
