// What the data of a panel can be called by: offered wherever a form asks for a name.
import { fieldName, type Frame } from '@pharos/dashboards'

export interface KnownNames {
  /** As people see them, each once, in the order of the data. */
  readonly fields: readonly string[]
  readonly labels: readonly string[]
  readonly refIds: readonly string[]
}

export const NO_NAMES: KnownNames = { fields: [], labels: [], refIds: [] }

/** More names than this are not offered: they can still be typed. */
const NAMES_MAX = 300

export function knownNames(frames: readonly Frame[]): KnownNames {
  const [fields, labels, refIds] = [new Set<string>(), new Set<string>(), new Set<string>()]
  for (const frame of frames) {
    if (frame.refId !== undefined) refIds.add(frame.refId)
    for (const field of frame.fields) {
      if (fields.size >= NAMES_MAX) continue
      fields.add(fieldName(field, frame, frames))
      for (const label of Object.keys(field.labels ?? {})) labels.add(label)
    }
  }
  return { fields: [...fields], labels: [...labels].sort(), refIds: [...refIds] }
}
