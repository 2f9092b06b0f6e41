/** A cluster that the demo takes place on. */
export interface Ground {
  /** What it is, in a few words. */
  readonly title: string
  /** A file; an administrator's. */
  readonly kubeconfig: string
  readonly gatewayUrl: string
  /** So long after a route was written the gateway goes by it, at the latest. */
  readonly gatewayMs: number
  /** For the Rollout's route; the provider's own where it is left out. */
  readonly drain?: string
  /** For helm and kubectl. */
  readonly env: NodeJS.ProcessEnv
  stop(): Promise<void>
}
