import { builtInPlace, customPlace, type Place } from '../patch/place.ts'
import type { Kind } from './kind.ts'

/** How the fields of a kind are owned. */
export const placeOf = ({ resource, schema, patchesByStrategy }: Kind): Place =>
  patchesByStrategy || schema === undefined ? builtInPlace(resource.kind) : customPlace(schema)
