import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../rollout-controller/config.ts'
import { createLog, type LogOptions, messageOf } from '../../rollout-controller/log.ts'

describe('the options of the controller', () => {
  it('all have a default', () => {
    expect(parseConfig({})).toEqual({
      kind: 'ok',
      config: { host: '127.0.0.1', leaderElection: true, logLevel: 'warn', logFormat: 'text' },
    })
  })

  it('are read from text', () => {
    const input = {
      namespace: 'shop',
      port: '8080',
      host: '0.0.0.0',
      leaderElection: 'off',
      logLevel: 'info',
      logFormat: 'json',
    }
    expect(parseConfig(input)).toEqual({
      kind: 'ok',
      config: { ...input, port: 8080, leaderElection: false },
    })
  })

  it('that do not fit are each a sentence', () => {
    expect(parseConfig({ port: '99999', logLevel: 'loud' })).toEqual({
      kind: 'problems',
      problems: [
        'the port must be a number from 0 to 65535, not "99999"',
        'the log level must be one of error, warn, info, debug, not "loud"',
      ],
    })
  })
})

describe('the log', () => {
  const logged = (options: Partial<LogOptions>) => {
    const lines: string[] = []
    const log = createLog({
      level: 'info',
      format: 'text',
      now: () => 0,
      write: (line) => lines.push(line),
      ...options,
    })
    log.info('leads', { rollout: 'shop/web', message: 'two\nlines', absent: undefined })
    log.debug('unheard')
    return lines.join('')
  }

  it('is one line a message, as text or as JSON', () => {
    expect(logged({})).toBe('1970-01-01T00:00:00.000Z INFO  leads rollout=shop/web message="two\\nlines"\n')
    expect(JSON.parse(logged({ format: 'json' }))).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'info',
      message: 'two\nlines',
      rollout: 'shop/web',
    })
  })

  it('names the cause beside the message', () => {
    expect(messageOf(new Error('cannot write', { cause: new Error('no disk') }))).toBe('cannot write: no disk')
  })
})
