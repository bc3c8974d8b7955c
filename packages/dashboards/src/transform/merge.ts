import { type Field, type Frame, frameOfFields, valueAt } from '../frame.ts'
import { columnField, joinedRefId, type Transform } from './transform.ts'

type Row = Map<string, unknown>

/**
 * Tables into one: rows that agree in the columns that all tables have become one row, as far as they do not
 * contradict each other in the rest.
 */
export const merge: Transform = (frames) => {
  const filled = frames.filter(({ fields }) => fields.length > 0)
  if (frames.length <= 1) return frames
  if (filled.length === 0) return frames.slice(0, 1)
  const columns = new Map<string, Field>()
  for (const { fields } of filled)
    for (const field of fields) if (!columns.has(field.name)) columns.set(field.name, field)
  const inAll = [...columns.keys()].filter((name) =>
    filled.every(({ fields }) => fields.some((field) => field.name === name)),
  )
  if (inAll.length === 0) return frames
  const rows = mergedRows(filled, new Set(inAll))
  const fields = [...columns.values()].map((field) =>
    columnField(
      field,
      rows.map((row) => row.get(field.name) ?? null),
    ),
  )
  return [frameOfFields(fields, { refId: joinedRefId('merge', filled) })]
}

function mergedRows(frames: readonly Frame[], keys: ReadonlySet<string>): Row[] {
  const ordered: Row[] = []
  const byKey = new Map<string, Row[]>()
  for (const frame of frames) {
    const fields = new Map(frame.fields.map((field) => [field.name, field]))
    for (let i = 0; i < frame.length; i++) {
      const row: Row = new Map([...fields].map(([name, field]) => [name, valueAt(field, i)]))
      const key = JSON.stringify([...keys].map((name) => String(row.get(name))))
      const known = byKey.get(key) ?? []
      if (known.length === 0) byKey.set(key, known)
      let isMerged = false
      for (const one of known) {
        if (!agrees(one, row)) continue
        isMerged = true
        for (const [name, value] of row) one.set(name, value)
      }
      if (isMerged) continue
      known.push(row)
      ordered.push(row)
    }
  }
  return ordered
}

function agrees(existing: Row, row: Row): boolean {
  for (const [name, value] of row) {
    const before = existing.get(name) ?? null
    if (before !== null && before !== value) return false
  }
  return true
}
