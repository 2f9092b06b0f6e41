import { Refusal } from '../server/refusal.ts'

/** How a client wants objects to be shown. */
export type View = 'whole' | 'table'

/** One of an Accept header's alternatives, or a Content-Type. */
export interface MediaType {
  readonly type: string
  readonly params: Readonly<Record<string, string>>
}

export function mediaTypes(header: string): readonly MediaType[] {
  return header.split(',').map((clause) => {
    const [type = '', ...params] = clause.split(';').map((part) => part.trim())
    return { type: type.toLowerCase(), params: Object.fromEntries(params.map((param) => param.split('=', 2))) }
  })
}

/** The first alternative that we can answer with; 406 when there is none, such as protobuf alone. */
export function viewOf(accept: string): View {
  for (const mediaType of mediaTypes(accept)) {
    const view = isJson(mediaType) ? views(mediaType.params) : undefined
    if (view !== undefined) return view
  }
  throw new Refusal(406, 'NotAcceptable', 'only the following media types are accepted: application/json')
}

const isJson = ({ type }: MediaType): boolean => ['', '*/*', 'application/*', 'application/json'].includes(type)

/** `as=PartialObjectMetadata` is not built: nobody here asks for it. */
function views({ as, g, v }: MediaType['params']): View | undefined {
  if (as === undefined) return 'whole'
  return as === 'Table' && g === 'meta.k8s.io' && v === 'v1' ? 'table' : undefined
}
