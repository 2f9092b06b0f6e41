import type { MetricSource } from '../api/analysis.ts'

/** What is asked of a store at one moment: plain data, made by the planner, answered by the shell. */
export interface MeasureRequest {
  /** `<run>/<metric>`: the answer carries it back. */
  readonly id: string
  /** The time that the questions are about, in milliseconds since the epoch. */
  readonly atMs: number
  readonly namespace: string
  /** The analysis was written by somebody who administers the cluster: any address, and secrets of Sluice's own namespace. */
  readonly trusted: boolean
  readonly source: MetricSource
  /** By name, as the condition calls them; the text is in the language of the source. */
  readonly questions: Questions
  /** Label selectors of either side's pods, for what the cluster knows itself. */
  readonly pods: { readonly canary: string; readonly stable: string }
}

export type Questions = Readonly<Record<string, string>>

/** The answers of one moment, question by question. */
export interface Measurement {
  readonly id: string
  readonly atMs: number
  readonly readings: Readonly<Record<string, Reading>>
}

/** `empty`: the store answered, and had nothing. `away`: it did not answer as it should; nothing is known. */
export type Reading =
  | { readonly kind: 'values'; readonly values: readonly SeriesValue[] }
  | { readonly kind: 'empty'; readonly what: string }
  | { readonly kind: 'away'; readonly why: string }

/** One number of one series. It may be NaN or infinite. */
export interface SeriesValue {
  /** Tells the series of one answer apart: its labels, in a fixed order. */
  readonly series: string
  readonly value: number
}

/** Takes a measurement. Never rejects: what goes wrong is a reading. */
export type Measure = (request: MeasureRequest, signal: AbortSignal) => Promise<Measurement>
