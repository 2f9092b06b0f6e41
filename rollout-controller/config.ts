import { type LogFormat, type LogLevel, logLevels } from './log.ts'

/** How a controller is run; all of it has a default. */
export interface ControllerConfig {
  /** Only this namespace; all of them when it is left out. */
  readonly namespace?: string
  /** Where /metrics, /healthz and /readyz are served; 0 takes any free port, absent serves none. */
  readonly port?: number
  readonly host: string
  /** Off: this process takes it that it is alone. */
  readonly leaderElection: boolean
  readonly logLevel: LogLevel
  readonly logFormat: LogFormat
}

/** What a command line or an environment gives: text, or nothing. */
export type ConfigInput = Readonly<Partial<Record<ConfigKey, string | undefined>>>
type ConfigKey = 'namespace' | 'port' | 'host' | 'leaderElection' | 'logLevel' | 'logFormat'

export type ParsedConfig =
  | { readonly kind: 'ok'; readonly config: ControllerConfig }
  | { readonly kind: 'problems'; readonly problems: readonly string[] }

export const defaultConfig: ControllerConfig = {
  host: '127.0.0.1',
  leaderElection: true,
  logLevel: 'warn',
  logFormat: 'text',
}

/** Reads options; every one that does not fit is a sentence of its own. */
export function parseConfig(input: ConfigInput): ParsedConfig {
  const { namespace, host } = input
  const port = readPort(input.port)
  const leaderElection = oneOf('leader election', input.leaderElection ?? 'on', ['on', 'off'])
  const logLevel = oneOf('log level', input.logLevel ?? defaultConfig.logLevel, logLevels)
  const logFormat = oneOf('log format', input.logFormat ?? defaultConfig.logFormat, ['text', 'json'])
  const problems = [port, leaderElection, logLevel, logFormat].flatMap((read) =>
    'problem' in read ? [read.problem] : [],
  )
  if ('problem' in port || 'problem' in leaderElection || 'problem' in logLevel || 'problem' in logFormat) {
    return { kind: 'problems', problems }
  }
  const config = {
    ...(namespace === undefined || namespace === '' ? {} : { namespace }),
    ...(port.value === undefined ? {} : { port: port.value }),
    host: host ?? defaultConfig.host,
    leaderElection: leaderElection.value === 'on',
    logLevel: logLevel.value,
    logFormat: logFormat.value,
  }
  return { kind: 'ok', config }
}

type Read<T> = { readonly value: T } | { readonly problem: string }

function readPort(text: string | undefined): Read<number | undefined> {
  if (text === undefined || text === '') return { value: undefined }
  const port = Number(text)
  const isPort = Number.isInteger(port) && port >= 0 && port <= 65_535
  return isPort ? { value: port } : { problem: `the port must be a number from 0 to 65535, not "${text}"` }
}

function oneOf<T extends string>(what: string, text: string, values: readonly T[]): Read<T> {
  const value = values.find((one) => one === text)
  return value === undefined ? { problem: `the ${what} must be one of ${values.join(', ')}, not "${text}"` } : { value }
}
