import { type Line, plainText, span, widthOf, words, wrap } from './spans.ts'

/** One thing to say, and what belongs to it. `key` is its name in plain lines, and its label in the tree. */
export interface Branch {
  readonly key: string
  /** Shown in the tree in front of the text; absent: the text says enough. */
  readonly label?: string
  readonly text: Line
  readonly children?: readonly Branch[]
}

/** Narrower than this a terminal gets rows that are too wide: a tree of three letters helps nobody. */
const leastColumns = 40

/** A tree whose rows fit into `columns`; long text goes on in the next row, indented. */
export function treeLines(root: Branch, columns: number): readonly Line[] {
  const width = Math.max(columns, leastColumns)
  return [...rows(root, '', '', width), ...limbs(root.children ?? [], '', width)]
}

/** `key: text`, one line per branch, children as `key.child`: for pipes, so that grep finds it. */
export function plainLines(root: Branch): readonly string[] {
  const own = root.text.length === 0 ? [] : [`${root.key}: ${plainText(root.text)}`]
  return [...own, ...(root.children ?? []).flatMap((child) => flat(child, child.key))]
}

function flat(branch: Branch, path: string): string[] {
  const own = branch.text.length === 0 ? [] : [`${path}: ${plainText(branch.text)}`]
  return [...own, ...(branch.children ?? []).flatMap((child) => flat(child, `${path}.${child.key}`))]
}

function limbs(children: readonly Branch[], indent: string, columns: number): Line[] {
  const labels = Math.max(0, ...children.map((child) => child.label?.length ?? 0))
  return children.flatMap((child, at) => {
    const last = at === children.length - 1
    const first = `${indent}${last ? '└─ ' : '├─ '}`
    const rest = `${indent}${last ? '   ' : '│  '}`
    const below = (child.children ?? []).length > 0 ? '│  ' : '   '
    return [...rows(child, first, rest, columns, labels, below), ...limbs(child.children ?? [], rest, columns)]
  })
}

function rows(branch: Branch, first: string, rest: string, columns: number, labels = 0, below = ''): Line[] {
  const label = labelText(branch, labels)
  const left = [...words(span(first, 'dim')), ...(label === '' ? [] : [span(label, 'dim')])]
  const used = widthOf(left)
  const next = `${rest}${below}`.padEnd(used).slice(0, Math.max(used, rest.length))
  return wrap(branch.text, Math.max(columns - used, 20)).map((row, at) =>
    at === 0 ? [...left, ...row] : [span(next, 'dim'), ...row],
  )
}

/** A heading, with nothing behind it, needs no blanks to line anything up. */
function labelText({ label, text }: Branch, width: number): string {
  if (label === undefined) return ''
  return text.length === 0 ? label : `${label.padEnd(width)} `
}
