import type { Measurement, MeasureRequest } from './measurement.ts'

/** What a request comes to when nobody can be asked: every question unanswered, for one reason. */
export function unanswered({ id, atMs, questions }: MeasureRequest, why: string): Measurement {
  const readings = Object.keys(questions).map((name) => [name, { kind: 'away', why }] as const)
  return { id, atMs, readings: Object.fromEntries(readings) }
}
