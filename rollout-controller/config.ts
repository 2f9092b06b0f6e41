import type { DefaultPrometheus } from '../api/analysis.ts'
import type { LogFormat, LogLevel } from './log.ts'

/** How a controller is run; all of it has a default. */
export interface ControllerConfig {
  /** Only this namespace; all of them when it is left out. */
  readonly namespace?: string
  /** Where /metrics, /healthz and /readyz are served; 0 takes any free port, absent serves none. */
  readonly port?: number
  readonly host: string
  /** Off: this process takes it that it is alone. */
  readonly leaderElection: boolean
  /** The Prometheus of metrics that name none. */
  readonly prometheus?: DefaultPrometheus
  /** What an Analysis of a namespace may ask besides: `host`, `host:port` or `*.domain`. */
  readonly allowedMetricsAddresses: readonly string[]
  readonly logLevel: LogLevel
  readonly logFormat: LogFormat
}

export const defaultConfig: ControllerConfig = {
  host: '127.0.0.1',
  leaderElection: true,
  allowedMetricsAddresses: [],
  logLevel: 'warn',
  logFormat: 'text',
}
