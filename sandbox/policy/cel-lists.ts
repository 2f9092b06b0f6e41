import { type CelFunc, CelScalar, type CelValue, celMethod, listType } from '@bufbuild/cel'

/** Of what Kubernetes adds to the lists of CEL: `isSorted`. */
export const listFunctions: readonly CelFunc[] = [
  celMethod('isSorted', listType(CelScalar.DYN), [], CelScalar.BOOL, function () {
    const items = Array.from(this, comparable)
    return items.every((item, index) => index === 0 || (items[index - 1] ?? item) <= item)
  }),
]

function comparable(value: CelValue): bigint | number | string | boolean {
  if (typeof value === 'object') throw new Error('no such overload')
  return value
}
