import { describe, expect, it } from 'vitest'
import type { Release, RolloutStatus } from '../../api/status.ts'
import type { Look, Side, WorkloadLook } from '../../cli/look.ts'
import { plainText, widthOf } from '../../cli/view/spans.ts'
import { keysIn } from '../../examples/demo/full-screen.ts'
import { bindingsFor } from '../../examples/demo/keys.ts'
import { lastWords } from '../../examples/demo/last-words.ts'
import { shareBars } from '../../examples/demo/view/bars.ts'
import { type Scene, sceneLines } from '../../examples/demo/view/scene.ts'
import { ago, lookOf, now, progressing, statusOf } from '../cli/builders.ts'

const waiting = {
  reason: 'Approval',
  message: 'step 1 of 3 (20 %) waits for approval',
  next: 'sluice approve web -n shop (or sluice rollback web -n shop)',
}

const side = (version: string, pods: number): Side => ({
  images: [`registry.example.com/web:${version}`],
  ready: pods,
  wanted: pods,
  trouble: [],
})

const holding = (version: string): WorkloadLook => ({
  name: 'web',
  held: true,
  revision: 'bbbbbbbbbb',
  images: side(version, 0).images,
})

/** v1 is stable, v2 waits at 20 %. */
const released = (release: Partial<Release> = {}, status: Partial<RolloutStatus> = {}): Look =>
  lookOf({ status: progressing(release, { waiting, ...status }), workload: holding('v2'), canary: side('v2', 2) })

const atGate = released()
const texts = (look: Look | undefined) => bindingsFor(look).map(({ key, text }) => `${key} ${text}`)

const versions = {
  v1: { answers: 310, errors: 0, lastAtMs: 0 },
  v2: { answers: 90, errors: 9, lastAtMs: 0 },
}

function scene(parts: Partial<Scene> = {}): Scene {
  return {
    title: 'Sluice demo on a cluster in this process: canary-demo',
    now,
    look: atGate,
    traffic: { perSecond: 200, sent: 12_345, lost: 0, losses: '', recent: { versions } },
    pods: [
      ...Array.from({ length: 10 }, () => ({ version: 'v1', state: 'ready' as const })),
      { version: 'v2', state: 'starting' },
    ],
    log: Array.from({ length: 9 }, (_, index) => ({
      atMs: index * 1000,
      text: `StepBegins: the ${index}th thing that happened, told in a sentence that is longer than a narrow row`,
      tone: 'plain' as const,
    })),
    keys: bindingsFor(atGate),
    shell: ['in a second terminal:', '  . /tmp/sluice-demo-1-a/env', '  sluice status canary-demo --watch'],
    ...parts,
  }
}

describe('the screen', () => {
  it.each([
    [40, 14],
    [60, 24],
    [60, 30],
    [80, 24],
    [120, 50],
  ])('fits into %i columns and %i rows, and always shows the keys and the traffic', (columns, rows) => {
    const lines = sceneLines(scene(), columns, rows)
    const text = lines.map(plainText).join('\n')
    expect(lines.length).toBeLessThanOrEqual(rows)
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns)
    expect(text).toContain('a approve: on to 50 %')
    expect(text).toContain('q quit')
    expect(text).toContain('12,345 sent, 0 lost')
  })

  it('shows what happened last where there is room, each event whole', () => {
    const text = sceneLines(scene(), 60, 32).map(plainText).join('\n')
    expect(text).toContain('00:00:08')
    expect(text).not.toContain('00:00:00')
    expect(text.match(/narrow row/g)).toHaveLength(text.match(/StepBegins/g)?.length ?? 0)
  })

  it('has a page with the lines for a second terminal', () => {
    const text = sceneLines(scene({ isShellShown: true }), 60, 10)
      .map(plainText)
      .join('\n')
    expect(text).toContain('. /tmp/sluice-demo-1-a/env')
    expect(text).not.toContain('requests')
  })

  it('breaks a command that is too wide so that it can be typed as it stands', () => {
    const command = 'kubectl set image deployment/canary-demo web=registry.example.com/canary-demo:v42'
    const shell = ['in a second terminal:', `  ${command}`]
    const pages = [scene({ isShellShown: true, shell }), scene({ shell, log: [] })]
    for (const page of pages) {
      const text = sceneLines(page, 60, 40).map(plainText).join('\n')
      expect(text.replaceAll(/ \\\n +/g, ' ')).toContain(command)
    }
  })

  it('can be drawn before there is anything, and says what it waits for', () => {
    const traffic = { perSecond: 0, sent: 0, lost: 0, losses: '', recent: { versions: {} } }
    const lines = sceneLines(
      scene({ look: undefined, traffic, pods: [], log: [], keys: bindingsFor(undefined), busy: 'sluice install' }),
      60,
      24,
    )
    expect(lines.map(plainText).join('\n')).toContain('… sluice install')
  })

  it('draws a bar for each version, in their order, with the errors of each', () => {
    const bars = shareBars({ versions: { v10: versions.v2, v9: versions.v1, none: versions.v1 } }, 60).map(plainText)
    expect(bars).toEqual([
      expect.stringMatching(/^v9 +█+░+ 77\.5 %$/),
      expect.stringMatching(/^v10 +█+░+ 22\.5 % 10 % errors$/),
    ])
  })
})

describe('the keys', () => {
  it('at an approval are what it waits for, and the ways out', () => {
    expect(texts(atGate)).toEqual([
      'a approve: on to 50 %',
      'r roll back to v1',
      'p pause',
      'u upgrade to v3',
      'b to a bad v3',
      's second terminal',
      'q quit',
    ])
  })

  it('at the last step say that it promotes', () => {
    expect(texts(released({ step: 3 }))).toContain('a approve: promote it')
  })

  it('at rest upgrade, and nothing else', () => {
    expect(texts(lookOf())).toEqual(['u upgrade to v2', 'b to a bad v2', 's second terminal', 'q quit'])
  })

  it('after a rollback try again or bring the chart back, and count on from the bad version', () => {
    const rejected = { revision: 'bbbbbbbbbb', at: ago(5), by: 'admin', message: '' }
    const status = statusOf({ phase: 'RolledBack', rejected })
    const keys = texts(lookOf({ status, workload: holding('v3-broken'), stable: side('v2', 10) }))
    expect(keys).toContain('t try it again')
    expect(keys).toContain('h bring the chart back')
    expect(keys).toContain('u upgrade to v4')
  })

  it('do not offer a way back once the new version is the stable one', () => {
    const keys = texts(released({ stage: 'Returning' }, { phase: 'Promoting' }))
    expect(keys.filter((text) => /^[arp] /.test(text))).toEqual([])
  })

  it('are letters and Ctrl-C; an arrow is none', () => {
    expect(keysIn('Aq\u0003')).toEqual(['a', 'q', 'ctrl-c'])
    expect(keysIn('\u001b[A')).toEqual([])
  })
})

describe('the last words of a command', () => {
  it.each([
    [
      'that an update is held',
      ['Warning: … this update is held by Rollout web; follow it with: …', 'Release "web" has been upgraded'],
      'this update is held by Rollout web',
    ],
    ['our own mark', ['approve …', '✔ admin approved web', 'next: goes on by itself'], 'admin approved web'],
    ['else the last line', ['one', '  two'], 'two'],
    ['or nothing', [], ''],
  ])('are %s', (_what, lines, words) => {
    expect(lastWords(lines)).toBe(words)
  })
})
