/** What may be logged: short values only, never an object of the user's. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export const logLevels = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof logLevels)[number]
export type LogFormat = 'text' | 'json'

export type Log = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>

export interface LogOptions {
  readonly level: LogLevel
  readonly format: LogFormat
  readonly write: (line: string) => void
  readonly now: () => number
}

/** One line a message. What is below the level costs nothing. */
export function createLog({ level, format, write, now }: LogOptions): Log {
  const highest = logLevels.indexOf(level)
  const logger =
    (of: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (logLevels.indexOf(of) > highest) return
      const time = new Date(now()).toISOString()
      write(format === 'json' ? jsonLine(time, of, message, fields) : textLine(time, of, message, fields))
    }
  return { error: logger('error'), warn: logger('warn'), info: logger('info'), debug: logger('debug') }
}

const jsonLine = (time: string, level: LogLevel, message: string, fields: LogFields): string =>
  `${JSON.stringify({ time, level, message, ...fields })}\n`

function textLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const rest = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${typeof value === 'string' ? quoted(value) : value}`],
  )
  return `${[time, level.toUpperCase().padEnd(5), oneLine(message), ...rest].join(' ')}\n`
}

const quoted = (value: string): string => (/^[\w./:-]+$/.test(value) ? value : JSON.stringify(value))

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ')

/** The message of whatever was thrown, with the message of its cause. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
