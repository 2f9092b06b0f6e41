import type { Quoted } from './quotes.ts'

/** Where in a template a value goes. */
export interface Place {
  /** Of the variable. */
  readonly name: string
  /** The template up to there, with a letter for each value before. */
  readonly before: string
  /** The template from there to the next value. */
  readonly after: string
  /** The literal that it is in, if any. */
  readonly quoted: Quoted
}

/** `why` follows the name of the variable in a sentence. */
export type Placed = { readonly kind: 'ok'; readonly text: string } | { readonly kind: 'invalid'; readonly why: string }

/** How a value is written there, so that it stays where it is put. */
export type Places = (value: string, place: Place) => Placed

export const put = (text: string): Placed => ({ kind: 'ok', text })
export const stop = (why: string): Placed => ({ kind: 'invalid', why })

/** As a message shows it. */
export const shown = (value: string): string => JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)

/** A decimal number, alone. */
export const isNumber = (value: string): boolean => /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(value)

/** Whether the value would grow together with what is before or after it. */
export const touches = ({ before, after }: Place, letters: RegExp): boolean =>
  letters.test(before.slice(-1)) || letters.test(after.slice(0, 1))
