import type { parse } from '@bufbuild/cel'

/** The syntax tree of an expression. */
export type Tree = ReturnType<typeof parse>['expr']
type Kind = Tree['exprKind']
type Struct = Extract<Kind, { case: 'structExpr' }>['value']

/**
 * Makes maps of the typed objects of Kubernetes, `Object{spec: Object.spec{paused: true}}`: their types are those of the
 * object that is mutated, which CEL knows nothing of here. The tree is changed in place. Gives the variables it names.
 */
export function readTree(tree: Tree, names = new Set<string>()): ReadonlySet<string> {
  const { exprKind } = tree
  if (exprKind.case === 'identExpr') names.add(exprKind.value.name)
  if (exprKind.case === 'structExpr' && /^Object(\.|$)/.test(exprKind.value.messageName)) becomeMap(exprKind.value)
  for (const child of childrenOf(exprKind)) if (child !== undefined) readTree(child, names)
  return names
}

function becomeMap(struct: Struct): void {
  struct.messageName = ''
  for (const entry of struct.entries) {
    if (entry.keyKind.case === 'fieldKey') entry.keyKind = { case: 'mapKey', value: textTree(entry.keyKind.value) }
  }
}

function textTree(value: string): Tree {
  const constantKind = { case: 'stringValue', value } as const
  return {
    $typeName: 'cel.expr.Expr',
    id: 0n,
    exprKind: { case: 'constExpr', value: { $typeName: 'cel.expr.Constant', constantKind } },
  }
}

function childrenOf({ case: which, value }: Kind): readonly (Tree | undefined)[] {
  switch (which) {
    case 'selectExpr':
      return [value.operand]
    case 'callExpr':
      return [value.target, ...value.args]
    case 'listExpr':
      return value.elements
    case 'structExpr':
      return value.entries.map((entry) => entry.value)
    case 'comprehensionExpr':
      return [value.iterRange, value.accuInit, value.loopCondition, value.loopStep, value.result]
    case 'constExpr':
    case 'identExpr':
    case undefined:
      return []
    default:
      return which satisfies never
  }
}
