import { describe, expect, it } from 'vitest'
import type { RolloutStatus } from '../../api/status.ts'
import type { Look } from '../../cli/look.ts'
import { plainText, widthOf } from '../../cli/view/spans.ts'
import { keysIn } from '../../examples/demo/full-screen.ts'
import { bindingsFor } from '../../examples/demo/keys.ts'
import { lastWords } from '../../examples/demo/last-words.ts'
import { shareBars } from '../../examples/demo/view/bars.ts'
import { type Scene, sceneLines } from '../../examples/demo/view/scene.ts'

const release = {
  attempt: 'a8a78f6900-1',
  revision: 'a8a78f6900',
  desired: 10,
  startedAt: '2026-01-01T00:00:00Z',
  step: 1,
  steps: 2,
  stepHash: 'h',
  stepsHash: 'hs',
  stepStartedAt: '2026-01-01T00:00:00Z',
  gatesOpenedAt: '2026-01-01T00:00:05Z',
  weight: 20,
  replicas: 2,
  routes: [],
}

const waiting = {
  reason: 'Approval',
  message: 'step 1 of 2 (20 %) waits for approval',
  next: 'sluice approve canary-demo -n default (or sluice rollback canary-demo -n default)',
}

/** v1 is stable, v2 waits at 20 %. */
function lookOf(status: Partial<RolloutStatus> = {}, stable = 'v1', holds = 'v2'): Look {
  const image = (version: string) => `registry.example.com/canary-demo:${version}`
  return {
    name: 'canary-demo',
    namespace: 'default',
    deleting: false,
    specProblems: [],
    spec: {
      workloadRef: { kind: 'Deployment', name: 'canary-demo' },
      strategy: {
        canary: {
          steps: [20, 90].map((weight) => ({ weight, gates: [{ kind: 'approval' }] })),
        },
      },
      traffic: [],
    } as unknown as NonNullable<Look['spec']>,
    status: { phase: 'Progressing', message: waiting.message, attempts: 1, decisions: [], conditions: [], ...status },
    workload: { name: 'canary-demo', held: true, revision: 'a8a78f6900', images: [image(holds)] },
    stable: { images: [image(stable)], ready: 10, wanted: 10, trouble: [] },
    canary: { images: [image(holds)], ready: 2, wanted: 2, trouble: [] },
    routes: [{ kind: 'ingress', name: 'canary-demo', asked: 20, says: 20, object: 'canary-demo-canary' }],
  }
}

const atGate = lookOf({ release, waiting })
const texts = (look: Look | undefined) => bindingsFor(look).map(({ key, text }) => `${key} ${text}`)

const versions = {
  v1: { answers: 310, errors: 0, lastAtMs: 0 },
  v2: { answers: 90, errors: 9, lastAtMs: 0 },
}

function scene(parts: Partial<Scene> = {}): Scene {
  return {
    title: 'Sluice demo on a cluster in this process: canary-demo',
    now: Date.parse('2026-01-01T00:01:00Z'),
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
    [40, 12],
    [60, 24],
    [60, 30],
    [80, 24],
    [120, 50],
  ])('fits into %i columns and %i rows, and always shows the keys and the traffic', (columns, rows) => {
    const lines = sceneLines(scene(), columns, rows)
    const text = lines.map(plainText).join('\n')
    expect(lines.length).toBeLessThanOrEqual(rows)
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns)
    expect(text).toContain('a approve: on to 90 %')
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
      'a approve: on to 90 %',
      'r roll back to v1',
      'p pause',
      'u upgrade to v3',
      'b to a bad v3',
      's second terminal',
      'q quit',
    ])
  })

  it('at the last step say that it promotes', () => {
    expect(texts(lookOf({ release: { ...release, step: 2 }, waiting }))).toContain('a approve: promote it')
  })

  it('at rest upgrade, and nothing else', () => {
    expect(texts({ ...lookOf({ phase: 'Healthy' }, 'v1', 'v1'), canary: undefined } as unknown as Look)).toEqual([
      'u upgrade to v2',
      'b to a bad v2',
      's second terminal',
      'q quit',
    ])
  })

  it('after a rollback try again or bring the chart back, and count on from the bad version', () => {
    const rejected = { revision: 'a8a78f6900', at: '', by: 'admin', message: '' }
    const keys = texts(lookOf({ phase: 'RolledBack', rejected }, 'v2', 'v3-bad'))
    expect(keys).toContain('t try it again')
    expect(keys).toContain('h bring the chart back')
    expect(keys).toContain('u upgrade to v4')
  })

  it('do not offer a way back once the new version is the stable one', () => {
    const keys = texts(lookOf({ phase: 'Promoting', release: { ...release, stage: 'Returning' } }))
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
