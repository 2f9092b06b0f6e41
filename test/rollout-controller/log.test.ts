import { describe, expect, it } from 'vitest'
import { createLog, type LogOptions, messageOf } from '../../rollout-controller/log.ts'

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
