import table from './kubernetes.json' with { type: 'json' }

/** One Go struct: what its JSON may hold. */
export interface Model {
  /** `apps.DeploymentSpec` */
  readonly name: string
  readonly fields: ReadonlyMap<string, Field>
  /** Fields that are written even when they are zero. */
  readonly always: readonly Field[]
}

export interface Field {
  readonly name: string
  readonly type: FieldType
  /** Go knows a pointer's zero (`replicas: 0`) from its absence. */
  readonly pointer: boolean
  /** Left out of the JSON when it is zero. */
  readonly omitted: boolean
}

export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  | { readonly kind: 'list' | 'map'; readonly of: FieldType }
  | { readonly kind: 'model'; readonly model: string }

export type Scalar = (typeof scalars)[number]
const scalars = [
  ...(['string', 'bool', 'int32', 'int64', 'float64', 'bytes'] as const),
  ...(['time', 'microTime', 'quantity', 'intOrString', 'any'] as const),
]

/** Objects of these models are handed around between writes: what was found out about them is worth remembering. */
export const isShared = (name: string): boolean => /(?:Spec|Status|ObjectMeta|\.Container)$/.test(name)

/** Gives a model by its name. */
export type Models = (name: string) => Model

/** Reads each model's line of the table once. */
export function createModels(): Models {
  const models = new Map<string, Model>()
  return (name) => {
    const model = models.get(name) ?? parseModel(name)
    models.set(name, model)
    return model
  }
}

/** Printed by main.go from Kubernetes' own types. */
const lines: Readonly<Record<string, string>> = table

function parseModel(name: string): Model {
  const line = lines[name]
  if (line === undefined) throw new Error(`Kubernetes has no type ${name} in kubernetes.json`)
  const fields = line.split(' ').filter(Boolean).map(parseField)
  return {
    name,
    fields: new Map(fields.map((field) => [field.name, field])),
    always: fields.filter(({ omitted, pointer }) => !omitted && !pointer),
  }
}

function parseField(text: string): Field {
  const [name = '', rest = ''] = text.split(':')
  const pointer = rest.startsWith('*')
  const omitted = rest.endsWith('?')
  return { name, pointer, omitted, type: parseType(rest.slice(pointer ? 1 : 0, omitted ? -1 : undefined)) }
}

function parseType(text: string): FieldType {
  if (text.startsWith('[]')) return { kind: 'list', of: parseType(text.slice(2)) }
  if (text.startsWith('{}')) return { kind: 'map', of: parseType(text.slice(2)) }
  const scalar = scalars.find((known) => known === text)
  return scalar === undefined ? { kind: 'model', model: text } : { kind: 'scalar', scalar }
}

/** As Go names the type in its messages: `[]v1.Container`. */
export function goNameOf(type: FieldType): string {
  switch (type.kind) {
    case 'list':
      return `[]${goNameOf(type.of)}`
    case 'map':
      return `map[string]${goNameOf(type.of)}`
    case 'model':
      return `${type.model.startsWith('autoscaling.') ? 'v2' : 'v1'}.${type.model.split('.')[1]}`
    case 'scalar':
      return type.scalar === 'intOrString' ? 'int32' : type.scalar
    default:
      return type satisfies never
  }
}
