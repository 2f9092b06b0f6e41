import { stringify } from 'yaml'
import type { Terminal } from '../terminal.ts'
import { type Line, paint } from './spans.ts'
import { type Branch, plainLines, treeLines } from './tree.ts'

export const outputFormats = ['json', 'yaml'] as const
export type OutputFormat = (typeof outputFormats)[number]

/** A tree for a person, `key: text` lines for a pipe. */
export function printBranch(terminal: Terminal, branch: Branch): void {
  if (!terminal.isTty) for (const line of plainLines(branch)) terminal.out(line)
  else printLines(terminal, treeLines(branch, terminal.columns()))
}

export function printLines(terminal: Terminal, lines: readonly Line[]): void {
  for (const line of lines) terminal.out(paint(line, terminal.colours))
}

/** One document, for machines. */
export function printData(terminal: Terminal, format: OutputFormat, data: unknown): void {
  terminal.out(formatted(format, data))
}

export function formatted(format: OutputFormat, data: unknown): string {
  return format === 'json' ? JSON.stringify(data, null, 2) : stringify(data).trimEnd()
}
