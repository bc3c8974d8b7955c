// Series to rows and columns: labels as columns, all series in one table, frames side by side.
import { fieldName } from '../field-config/field-name.ts'
import { cellsOf, type Field, fieldFrom, type Frame, frameOfFields, valueAt } from '../frame.ts'
import { scalarText } from '../json.ts'
import { sortedFrame } from './rows.ts'
import { joinedRefId, type Transform, withCells } from './transform.ts'

/** Labels become columns beside their values, or rows of name and value. */
export const labelsToFields: Transform = (frames, options) => {
  const kept = Array.isArray(options['keepLabels']) ? options['keepLabels'].map(scalarText) : []
  if (options['mode'] === 'rows') return frames.flatMap((frame) => labelRows(frame, frames, kept))
  const valueLabel = scalarText(options['valueLabel'])
  return frames.map((frame) => {
    const columns = new Map<string, Set<string>>()
    const fields = frame.fields.map((field): Field => {
      const { labels, ...rest } = field
      if (labels === undefined) return field
      const { displayName: _, displayNameFromDS: __, ...config } = field.config
      let name = field.name
      for (const [label, value] of Object.entries(labels)) {
        if (kept.length > 0 && !kept.includes(label)) continue
        if (label === valueLabel) name = value
        else columns.set(label, (columns.get(label) ?? new Set()).add(value))
      }
      return { ...rest, name, config }
    })
    for (const [label, values] of columns) {
      for (const value of values)
        fields.push(
          fieldFrom(
            { name: label, type: 'string', config: {} },
            Array.from({ length: frame.length }, () => value),
          ),
        )
    }
    return { ...frame, fields }
  })
}

function labelRows(frame: Frame, frames: readonly Frame[], kept: readonly string[]): Frame[] {
  return frame.fields.flatMap((field) => {
    const { labels } = field
    const names = kept.length > 0 ? kept : Object.keys(labels ?? {})
    if (labels === undefined || names.length === 0) return []
    const text = (name: string, cells: unknown[]): Field =>
      fieldFrom({ name, type: 'string', config: {} }, cells)
    const fields = [
      text('label', [...names]),
      text(
        'value',
        names.map((name) => labels[name] ?? null),
      ),
    ]
    return [
      {
        ...frameOfFields(fields),
        name: fieldName(field, frame, frames),
        ...(frame.refId === undefined ? {} : { refId: frame.refId }),
      },
    ]
  })
}

/** All series below each other: time, whose it is, value; the newest first. */
export const seriesToRows: Transform = (frames) => {
  const filled = frames.filter(({ length }) => length > 0)
  const isSeries = filled.every(({ fields }) => fields.some(({ type }) => type === 'time'))
  if (filled.length === 0 || !isSeries) return filled
  const [times, names, values]: [unknown[], unknown[], unknown[]] = [[], [], []]
  for (const frame of filled) {
    const at = frame.fields.findIndex(({ type }) => type === 'time')
    const value = frame.fields[at === 0 ? 1 : 0]
    const name = frameName(frame)
    for (let row = 0; row < frame.length; row++) {
      times.push(valueAt(frame.fields[at]!, row))
      names.push(name)
      values.push(value === undefined ? null : valueAt(value, row))
    }
  }
  const value = filled[0]!.fields.find(({ type }) => type !== 'time')
  const time = fieldFrom(
    {
      name: 'Time',
      type: 'time',
      config: withoutNames(filled[0]!.fields.find(({ type }) => type === 'time')!),
    },
    times,
  )
  const frame = frameOfFields(
    [
      time,
      fieldFrom({ name: 'Metric', type: 'string', config: {} }, names),
      ...(value === undefined
        ? []
        : [fieldFrom({ name: 'Value', type: value.type, config: withoutNames(value) }, values)]),
    ],
    { refId: joinedRefId('seriesToRows', filled) },
  )
  return [sortedFrame(frame, time, true)]
}

function withoutNames({ config }: Field): Field['config'] {
  const { displayName: _, displayNameFromDS: __, ...rest } = config
  return rest
}

/** What a frame is called: its name, else that of what it holds. */
function frameName(frame: Frame): string {
  if (frame.name !== undefined && frame.name !== '') return frame.name
  const names = frame.fields
    .filter(({ type }) => type !== 'time')
    .map((field) => fieldName(field, frame, [frame]))
  return names.join(', ')
}

/** Columns of all frames in one, shorter ones filled up. */
export const concatenate: Transform = (frames, options) => {
  if (frames.length < 2) return frames
  const mode = scalarText(options['frameNameMode'] ?? 'field')
  const label = scalarText(options['frameNameLabel'] ?? 'frame')
  const length = Math.max(...frames.map((frame) => frame.length))
  const fields = frames.flatMap((frame) =>
    frame.fields.map((field) => {
      const cells = cellsOf(field)
      while (cells.length < length) cells.push(null)
      return withCells(nameInto(field, frame.name ?? '', mode, label), cells)
    }),
  )
  return [{ fields, length }]
}

function nameInto(field: Field, frame: string, mode: string, label: string): Field {
  if (frame === '' || mode === 'drop') return field
  if (mode === 'label') return { ...field, labels: { ...field.labels, [label]: frame } }
  const isUnnamed = field.name === '' || field.name === 'Value'
  return { ...field, name: isUnnamed ? frame : `${frame} · ${field.name}` }
}

/** Long (a row per series and time), wide (a column per series) or multi (a frame per series). */
export const prepareTimeSeries: Transform = (frames, options, context) => {
  const format = scalarText(options['format'])
  if (format === 'many' || format === 'multi') return frames.flatMap(toMany)
  if (format === 'long') return toLong(frames)
  const many = frames.flatMap(toMany)
  if (many.length < 2) return many
  return wide(many, context)
}

function wide(frames: readonly Frame[], _context: unknown): Frame[] {
  const times = [...new Set(frames.flatMap(({ fields }) => cellsOf(fields[0]!)))].sort(
    (a, b) => (a as number) - (b as number),
  )
  const rowOf = new Map(times.map((t, row) => [t, row]))
  const fields = frames.map(({ fields: [time, value] }) => {
    const cells: unknown[] = times.map(() => null)
    cellsOf(time!).forEach((t, row) => (cells[rowOf.get(t)!] = valueAt(value!, row)))
    return withCells(value!, cells)
  })
  return [
    frameOfFields([withCells(frames[0]!.fields[0]!, times), ...fields], {
      meta: { type: 'timeseries-wide' },
    }),
  ]
}

function toMany(frame: Frame): Frame[] {
  const time = frame.fields.find(({ type }) => type === 'time')
  if (time === undefined) return []
  const labels = frame.fields.filter(({ type }) => type === 'string')
  const values = frame.fields.filter(({ type }) => type === 'number' || type === 'boolean')
  const groups = new Map<string, number[]>()
  for (let row = 0; row < frame.length; row++) {
    const key = JSON.stringify(labels.map((field) => valueAt(field, row)))
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return values.flatMap((value) =>
    [...groups.values()].map((rows) => {
      const own = Object.fromEntries(
        labels.map((field) => [field.name, scalarText(valueAt(field, rows[0]!))]),
      )
      const pick = (field: Field): Field =>
        withCells(
          field,
          rows.map((row) => valueAt(field, row)),
        )
      const labelled = {
        ...pick(value),
        ...(labels.length === 0 ? {} : { labels: { ...value.labels, ...own } }),
      }
      return { ...frame, fields: [pick(time), labelled], length: rows.length }
    }),
  )
}

function toLong(frames: readonly Frame[]): Frame[] {
  const many = frames.flatMap(toMany)
  const labels = [
    ...new Set(many.flatMap(({ fields }) => Object.keys(fields[1]!.labels ?? {}))),
  ].sort()
  const rows = many
    .flatMap(({ fields: [time, value] }) =>
      cellsOf(time!).map((t, row) => ({
        t,
        labels: value!.labels ?? {},
        value: valueAt(value!, row),
      })),
    )
    .sort((a, b) => (a.t as number) - (b.t as number))
  return [
    frameOfFields(
      [
        fieldFrom(
          { name: 'Time', type: 'time', config: {} },
          rows.map(({ t }) => t),
        ),
        ...labels.map((name) =>
          fieldFrom(
            { name, type: 'string', config: {} },
            rows.map((row) => row.labels[name] ?? null),
          ),
        ),
        fieldFrom(
          { name: 'Value', type: 'number', config: {} },
          rows.map(({ value }) => value),
        ),
      ],
      { meta: { type: 'timeseries-long' } },
    ),
  ]
}
