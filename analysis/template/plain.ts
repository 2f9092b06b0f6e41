import { isNumber, type Place, type Placed, put, shown, stop, touches } from './place.ts'

/** One line of printable ASCII: the value of a header. */
export function placeInText(value: string): Placed {
  return /^[ -~]*$/.test(value) ? put(value) : stop(`is ${shown(value)}: only printable ASCII may stand there`)
}

/** One name of a path, or a part of it. */
export function placeInPath(value: string): Placed {
  return /^[\w-]+$/.test(value) ? put(value) : stop(`is ${shown(value)}: only letters, digits, _ and - may stand there`)
}

/** A number, alone. */
export function placeNumber(value: string, place: Place): Placed {
  const isAlone = !touches(place, /[\w.+-]/)
  return isNumber(value) && isAlone ? put(value) : stop(`is ${shown(value)}: only a number may stand there, by itself`)
}
