/** One HTTP request, read to its end. */
export interface RestRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Buffer
}

/** A whole answer, or a watch that goes on until `stop` or until it ends by itself. */
export type RestAnswer =
  | {
      readonly kind: 'whole'
      readonly status: number
      /** Text is sent as it is, everything else as JSON. */
      readonly body: unknown
      readonly warnings?: readonly string[]
    }
  | { readonly kind: 'watch'; readonly stop: () => void }

export type WholeAnswer = Extract<RestAnswer, { readonly kind: 'whole' }>

/** Where a watch goes. Nothing arrives before the request is granted. */
export interface Lines {
  write(event: unknown): void
  end(): void
}

export const ok = (body: unknown): WholeAnswer => ({ kind: 'whole', status: 200, body })
