import { parseValue } from '@pharos/model'

/** A number as the API writes it; anything else is NaN. */
export function valueOf(text: string): number {
  return parseValue(text) ?? NaN
}
