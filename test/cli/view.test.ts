import { describe, expect, it } from 'vitest'
import type { Look } from '../../cli/look.ts'
import { wantsColours } from '../../cli/terminal.ts'
import { changeLine } from '../../cli/view/change-line.ts'
import { explanation } from '../../cli/view/explain.ts'
import { ageText, imageTag } from '../../cli/view/marks.ts'
import { rolloutTable } from '../../cli/view/rollout-table.ts'
import { rolloutTree } from '../../cli/view/rollout-tree.ts'
import { createScreen } from '../../cli/view/screen.ts'
import { paint, plainText, span, widthOf, words, wrap } from '../../cli/view/spans.ts'
import { plainLines, treeLines } from '../../cli/view/tree.ts'
import { ago, decisionOf, lookOf, now, objectOf, progressing, recorded, statusOf } from './builders.ts'

const treeOf = (look: Look, columns: number): string =>
  treeLines(rolloutTree(look, { now, decisions: 3 }), columns)
    .map(plainText)
    .join('\n')
const plainOf = (look: Look): readonly string[] => plainLines(rolloutTree(look, { now, decisions: 3 }))

const underWay = lookOf({
  status: progressing(
    {},
    {
      waiting: {
        reason: 'Approval',
        message: 'step 1 of 3 (20 %) waits for approval',
        next: 'sluice approve web -n shop',
      },
      decisions: [decisionOf({ verb: 'resume', reason: 'looks good' })],
    },
  ),
  canary: {
    revision: 'bbbbbbbbbb',
    images: ['registry/web:v2'],
    ready: 1,
    wanted: 2,
    trouble: [{ pod: 'web-canary-x', reason: 'CrashLoopBackOff (exit 1, 3 restarts)' }],
  },
})

describe('the tree of a Rollout', () => {
  it('says both sides, the route, the steps, the gates, the wait, the way on and who decided', () => {
    expect(treeOf(underWay, 100)).toMatchInlineSnapshot(`
      "shop/web Progressing step 1/3
      ├─ Step 1 of 3
      ├─ stable    v1 aaaaaaaaaa 8/8 ready
      ├─ canary    v2 bbbbbbbbbb 1/2 ready
      │  └─ ✖ web-canary-x CrashLoopBackOff (exit 1, 3 restarts)
      ├─ traffic   ingress web 20 % to the canary by web-canary
      ├─ steps
      │  ├─ ▶ 1 20 % approval
      │  │  └─ ▶ approval waits for a person since 30s, no deadline
      │  ├─ ○ 2 50 % pause 10m
      │  └─ ○ 3 90 % approval
      ├─ waiting   step 1 of 3 (20 %) waits for approval
      ├─ next      sluice approve web -n shop
      └─ decisions
         └─ 11:59:50Z alice resume “looks good”"
    `)
  })

  it.each([40, 60, 100])('is never wider than %i columns, and loses no word', (columns) => {
    const lines = treeLines(rolloutTree(underWay, { now, decisions: 3 }), columns)
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns)
    const said = lines
      .map(plainText)
      .join(' ')
      .replace(/[│├└─\s]+/g, ' ')
    for (const word of ['CrashLoopBackOff', 'restarts)', 'approval', 'web-canary', '“looks'])
      expect(said).toContain(word)
  })

  it('marks steps that have passed, the one under way and those to come', () => {
    const look = lookOf({ status: progressing({ step: 2, weight: 50, gatesOpenedAt: ago(60) }) })
    expect(plainOf(look).filter((line) => line.startsWith('steps.'))).toEqual([
      'steps.1: ✔ 1 20 % approval',
      'steps.2: ▶ 2 50 % pause 10m',
      'steps.2.pause: ▶ pause until 12:09:00Z, in 9m',
      'steps.3: ○ 3 90 % approval',
    ])
  })

  it('shows the step at which a release failed, without its gates', () => {
    const ending = { cause: 'deadline', by: 'deadline', message: 'no ready pods' } as const
    const look = lookOf({ status: { ...progressing({ step: 2 }), phase: 'RollingBack', ending } })
    expect(plainOf(look).filter((line) => line.startsWith('steps.2'))).toEqual(['steps.2: ✖ 2 50 % pause 10m'])
  })

  it('says a message once, when it only repeats the wait', () => {
    const waiting = { reason: 'Held', message: 'it stays held', next: 'nothing' }
    const look = lookOf({ status: statusOf({ message: 'Rolled back: it stays held', waiting }) })
    expect(plainOf(look).filter((line) => line.includes('it stays held'))).toHaveLength(1)
  })

  it('says a message once also when it only begins with a capital letter', () => {
    const waiting = { reason: 'Approval', message: 'step 1 waits', next: 'sluice approve web' }
    const look = lookOf({ status: progressing({}, { message: 'Step 1 waits', waiting }) })
    expect(plainOf(look).filter((line) => /step 1 waits/i.test(line))).toEqual(['waiting: step 1 waits'])
  })

  it('shows the decisions about the attempt under way, and without one says what each was about', () => {
    const former = decisionOf({ verb: 'approve', step: 2, attempt: 'aaaaaaaaaa-1', at: ago(500) })
    const decisions = [former, decisionOf({ verb: 'pause', attempt: 'bbbbbbbbbb-1' })]
    const shown = (status: Look['status']) =>
      plainOf(lookOf(status === undefined ? {} : { status })).filter((line) => line.startsWith('decisions'))
    expect(shown(progressing({}, { decisions }))).toEqual(['decisions.decision: 11:59:50Z alice pause'])
    expect(shown(statusOf({ decisions })).at(-1)).toBe(
      'decisions.decision: 11:51:40Z alice approve step 2 (attempt aaaaaaaaaa-1)',
    )
  })

  it('shows a route that is not where it is asked to be', () => {
    const look = lookOf({ routes: [{ kind: 'ingress', name: 'web', asked: 50, says: 20, object: 'web-canary' }] })
    expect(plainOf(look)).toContain('traffic: ingress web 20 % to the canary (50 % asked) by web-canary')
  })

  it('shows field problems instead of a message', () => {
    const { spec: _spec, ...broken } = lookOf({ specProblems: ['spec.traffic must be a list'] })
    expect(plainOf(broken)).toContain('problem: spec.traffic must be a list')
  })

  it('says that an update is held before the controller has answered it', () => {
    const look = lookOf({ workload: { name: 'web', held: true, revision: 'bbbbbbbbbb', images: ['registry/web:v2'] } })
    expect(plainOf(look)).toContain('held: an update v2 is held; the controller has not answered it yet')
  })

  it('says so when no controller has looked yet', () => {
    const { status: _status, ...unseen } = lookOf()
    expect(plainOf(unseen).join()).toContain('the controller has not looked at it yet')
  })
})

describe('the explanation', () => {
  it('says why, since when, until when and what to type', () => {
    const look = lookOf({
      status: progressing(
        { step: 2, gatesOpenedAt: ago(60) },
        { waiting: { reason: 'Pause', message: 'pauses', next: 'goes on by itself', until: ago(-540) } },
      ),
    })
    expect(plainLines(explanation(look, now))).toEqual([
      'rollout: shop/web Progressing since 11:59:00Z, 1m',
      'why: Step 1 of 3',
      'waiting: pauses (Pause)',
      'until: 12:09:00Z, in 9m',
      'type: goes on by itself',
    ])
  })

  it('says that a wait without a deadline has none', () => {
    const look = lookOf({
      status: statusOf({ waiting: { reason: 'Held', message: 'held', next: 'sluice retry web' } }),
    })
    expect(plainLines(explanation(look, now))).toContain('until: no deadline')
  })

  it('names the conditions that are not as they should be, and only those', () => {
    const condition = { reason: 'Why', message: 'because', lastTransitionTime: ago(60) }
    const conditions = [
      { type: 'Held', status: 'False', ...condition },
      { type: 'Accepted', status: 'True', ...condition },
      { type: 'Stalled', status: 'False', ...condition },
    ] as const
    const lines = plainLines(explanation(lookOf({ status: statusOf({ conditions }) }), now))
    expect(lines.filter((line) => line.includes('because'))).toEqual(['held: False: Why because since 11:59:00Z'])
  })
})

describe('a line per change', () => {
  it('says phase, step, weight, both sides and the wait', () => {
    expect(changeLine(underWay)).toBe(
      'shop/web Progressing step=1/3 weight=20% stable=v1:8/8 canary=v2:1/2 - step 1 of 3 (20 %) waits for approval',
    )
  })
})

describe('the table of Rollouts', () => {
  const rollout = (name: string, status: unknown) =>
    objectOf('Rollout', { metadata: { name, namespace: 'shop' }, status })
  const options = { now, columns: 200, withNamespace: true, wide: false }

  it('lines up its columns', () => {
    const lines = rolloutTable([rollout('a', progressing()), rollout('long-name', undefined)], options).map(plainText)
    expect(lines).toEqual([
      'NAMESPACE   NAME        PHASE         STEP   WEIGHT   MESSAGE',
      'shop        a           Progressing   1/3    20 %     Step 1 of 3',
      'shop        long-name   -             -      -        not seen yet by the controller',
    ])
  })

  it('is cut where the terminal ends', () => {
    const lines = rolloutTable([rollout('a', progressing())], { ...options, columns: 40 })
    expect(lines.map(widthOf).every((width) => width <= 40)).toBe(true)
  })
})

describe('colours', () => {
  it('are off with NO_COLOR, in a pipe and on a dumb terminal', () => {
    expect(wantsColours({ NO_COLOR: '1' }, true)).toBe(false)
    expect(wantsColours({}, false)).toBe(false)
    expect(wantsColours({ TERM: 'dumb' }, true)).toBe(false)
  })
  it('are on in a terminal, and in a pipe that asks for them', () => {
    expect(wantsColours({ TERM: 'xterm', NO_COLOR: '' }, true)).toBe(true)
    expect(wantsColours({ FORCE_COLOR: '1' }, false)).toBe(true)
  })
  it('change nothing but colour', () => {
    const line = words(span('a', 'bad'), span('b', 'strong'), 'c')
    expect(paint(line, false)).toBe('a b c')
    expect(paint(line, true)).toBe('\u001b[31ma\u001b[39m \u001b[1mb\u001b[22m c')
  })
})

describe('wrapping', () => {
  it('breaks between words and cuts only what is longer than a row', () => {
    expect(wrap([span('one two three')], 7).map(plainText)).toEqual(['one two', 'three'])
    expect(wrap([span('abcdefghij')], 4).map(plainText)).toEqual(['abcd', 'efgh', 'ij'])
  })
})

describe('the screen', () => {
  it('draws over what it drew, without clearing first, and gives the cursor back', () => {
    const terminal = recorded({ isTty: true })
    const screen = createScreen(terminal)
    screen.draw([[span('a')], [span('b')]])
    screen.draw([[span('c')]])
    screen.close()
    expect(terminal.lines[1]).toContain('\u001b[2A\rc\u001b[K\n\u001b[J')
    expect(terminal.lines.join('')).not.toContain('\u001b[2J')
    expect(terminal.lines.at(-1)).toBe('\u001b[?25h')
  })
  it('keeps within the rows that there are', () => {
    const terminal = recorded({ rows: () => 4 })
    createScreen(terminal).draw(['1', '2', '3', '4', '5'].map((text) => [span(text)]))
    expect(terminal.lines[0]?.split('\n')).toHaveLength(4)
    expect(terminal.lines[0]).toContain('3 more rows')
  })
})

describe('small words', () => {
  it.each([
    ['registry:5000/web', 'latest'],
    ['registry:5000/web:v2', 'v2'],
    ['web@sha256:0123456789abcdef', '0123456789ab'],
  ])('the version of %s is %s', (image, tag) => expect(imageTag(image)).toBe(tag))
  it.each([
    [4_000, '4s'],
    [200_000, '3m20s'],
    [7_500_000, '2h5m'],
    [400_000_000, '4d'],
  ])('%i ms is %s', (ms, text) => expect(ageText(ms)).toBe(text))
})
