import type { Look } from '../../../cli/look.ts'
import { rolloutTree } from '../../../cli/view/rollout-tree.ts'
import {
  dim,
  type Line,
  lettersOf,
  type Span,
  span,
  strong,
  type Tone,
  widthOf,
  words,
  wrap,
} from '../../../cli/view/spans.ts'
import { treeLines } from '../../../cli/view/tree.ts'
import type { Answers } from '../flow.ts'
import { shareBars, toneOf } from './bars.ts'

/** All that the screen shows, as plain data. */
export interface Scene {
  readonly title: string
  readonly now: number
  /** Undefined while there is no Rollout. */
  readonly look: Look | undefined
  readonly traffic: Traffic
  readonly pods: readonly PodMark[]
  /** What has happened, the newest last. */
  readonly log: readonly LogLine[]
  /** What the keys do now. */
  readonly keys: readonly Key[]
  /** For a second terminal. */
  readonly shell: readonly string[]
  /** In place of everything else. */
  readonly isShellShown?: boolean
  /** A command that is under way. */
  readonly busy?: string
}

export interface Traffic {
  readonly perSecond: number
  readonly sent: number
  readonly lost: number
  readonly losses: string
  /** Of the last seconds. */
  readonly recent: Pick<Answers, 'versions'>
}

export interface PodMark {
  readonly version: string
  readonly state: 'ready' | 'starting' | 'leaving'
}

export interface LogLine {
  readonly atMs: number
  readonly text: string
  readonly tone: Tone
}

export interface Key {
  readonly key: string
  readonly text: string
  /** What it is waiting for: shown first, and stronger. */
  readonly isDue?: boolean
}

/** Draws the scene into so many rows and columns; what does not fit is left out, the keys never. */
export function sceneLines(scene: Scene, columns: number, rows: number): readonly Line[] {
  const head = [words(strong(scene.title)), []]
  if (scene.isShellShown === true) return shellPage(scene, head, columns, rows)
  const middle = [[], ...trafficLines(scene.traffic, columns), podsLine(scene.pods), []]
  const keys = keyLines(scene, columns)
  const tree = fitting(treeOf(scene, columns), Math.max(3, rows - head.length - middle.length - keys.length))
  const upper = [...head, ...tree, ...middle].slice(0, Math.max(0, rows - keys.length))
  const lower = extras(scene, columns, rows - upper.length - keys.length)
  return [...upper, ...keys, ...lower].slice(0, rows).map((line) => cut(line, columns))
}

/** Lines to copy: they wrap rather than being cut. */
function shellPage({ shell }: Scene, head: readonly Line[], columns: number, rows: number): readonly Line[] {
  const lines = shell.flatMap((line) => continued(line, columns)).map((line) => words(span(line)))
  return [...head, ...lines, [], words(span(' s ', 'accent'), 'back')].slice(0, rows)
}

function treeOf({ look, now }: Scene, columns: number): readonly Line[] {
  if (look === undefined) return [[span('there is no Rollout yet, or no more', 'warn')]]
  return treeLines(rolloutTree(look, { now, decisions: 0 }), columns)
}

function trafficLines({ perSecond, sent, lost, losses, recent }: Traffic, columns: number): readonly Line[] {
  const lostText = lost === 0 ? span('0 lost', 'good') : span(`${lost} lost (${losses})`, 'bad')
  const figures = words(dim('requests'), `${perSecond}/s,`, `${sent.toLocaleString('en')} sent,`, lostText)
  return [figures, ...shareBars(recent, columns)]
}

const marks: Readonly<Record<PodMark['state'], string>> = { ready: '●', starting: '○', leaving: '×' }

function podsLine(pods: readonly PodMark[]): Line {
  const versions = [...new Set(pods.map(({ version }) => version))]
  const groups = versions.flatMap((version): Span[] => {
    const dots = pods.filter((pod) => pod.version === version).map(({ state }) => marks[state])
    return [span(`  ${version} `), span(dots.toSorted().join(''), toneOf(version))]
  })
  return [dim('pods'), ...groups]
}

/** As many keys in a row as fit, those that are due first. */
function keyLines({ keys, busy }: Scene, columns: number): readonly Line[] {
  const ordered = [...keys.filter(({ isDue }) => isDue === true), ...keys.filter(({ isDue }) => isDue !== true)]
  const rows: Span[][] = []
  for (const { key, text, isDue } of ordered) {
    const shown = [span(` ${key} `, 'accent'), isDue === true ? strong(text) : span(text)]
    const row = rows.at(-1)
    if (row !== undefined && widthOf(row) + 2 + widthOf(shown) <= columns) row.push(span('  '), ...shown)
    else rows.push(shown)
  }
  return busy === undefined ? rows : [[span(`… ${busy}`, 'dim')], ...rows]
}

const mostLog = 8

/** What is nice to see: the last events, then the lines for a second terminal. */
function extras({ log, shell }: Scene, columns: number, rows: number): readonly Line[] {
  const typed = shell.flatMap((line) => continued(line, columns))
  const shellLines = typed.length === 0 ? [] : [[], ...typed.map((line) => words(dim(line)))]
  const withShell = rows >= shellLines.length + 4
  const room = Math.min(mostLog, rows - 1 - (withShell ? shellLines.length : 0))
  const logLines = lastEntries(log, columns, room)
  return [...(logLines.length === 0 ? [] : [[], ...logLines]), ...(withShell ? shellLines : [])]
}

/** A command that is too wide goes on in the next line, as a shell reads it. */
function continued(line: string, columns: number): readonly string[] {
  const rows: string[] = []
  for (const word of line.trimStart().split(' ')) {
    const last = rows.at(-1)
    if (last !== undefined && `${last} ${word} \\`.length <= columns) rows[rows.length - 1] = `${last} ${word}`
    else rows.push(rows.length === 0 ? `${line.slice(0, line.length - line.trimStart().length)}${word}` : `    ${word}`)
  }
  return rows.map((row, at) => (at === rows.length - 1 ? row : `${row} \\`))
}

/** The newest that fit, each whole. */
function lastEntries(log: readonly LogLine[], columns: number, room: number): readonly Line[] {
  const shown: Line[] = []
  for (const line of log.slice(-mostLog).toReversed()) {
    const rows = logRows(line, columns)
    if (shown.length + rows.length > room) break
    shown.unshift(...rows)
  }
  return shown
}

function logRows({ atMs, text, tone }: LogLine, columns: number): readonly Line[] {
  const time = dim(`${new Date(atMs).toISOString().slice(11, 19)} `)
  const indent = span(' '.repeat(widthOf([time])))
  return wrap([span(text, tone)], columns - widthOf([time])).map((row, at) => [at === 0 ? time : indent, ...row])
}

function fitting(lines: readonly Line[], rows: number): readonly Line[] {
  return lines.length <= rows ? lines : [...lines.slice(0, rows - 1), [dim(`… ${lines.length - rows + 1} more`)]]
}

/** A terminal that is too narrow must not wrap: the row would be two. */
export function cut(line: Line, columns: number): Line {
  if (widthOf(line) <= columns) return line
  const spans: Span[] = []
  let left = columns - 1
  for (const { text, tone } of line) {
    const letters = lettersOf(text).slice(0, Math.max(0, left))
    left -= letters.length
    if (letters.length > 0) spans.push({ text: letters.join(''), tone })
  }
  return [...spans, dim('…')]
}
