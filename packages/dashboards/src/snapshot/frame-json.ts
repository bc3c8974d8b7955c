// Frames as JSON, the way data sources send them: a schema, and a list of cells per field. JSON has no NaN and no
// infinities: `null` stands in their place, and `entities` names the rows.
//
// @source  Grafana's developer documentation, "Data frames", and the types of @grafana/data (`DataFrameJSON`)
import {
  cellsOf,
  type Field,
  fieldFrom,
  type FieldType,
  type Frame,
  frameOfFields,
} from '../frame.ts'
import { isObject, type JsonObject, objectOf, objectsOf, textOf } from '../json.ts'

const ENTITIES: Readonly<Record<string, number>> = { NaN: NaN, Inf: Infinity, NegInf: -Infinity }
const TYPES: ReadonlySet<string> = new Set<FieldType>([
  'time',
  'number',
  'string',
  'boolean',
  'enum',
  'frame',
  'other',
])

export function frameJson({ refId, name, meta, fields }: Frame): JsonObject {
  const columns = fields.map(cellsOf)
  const entities = columns.map(entitiesOf)
  return {
    schema: {
      ...(refId === undefined ? {} : { refId }),
      ...(name === undefined ? {} : { name }),
      ...(meta === undefined ? {} : { meta }),
      fields: fields.map(({ name: fieldName, type, labels, config }) => ({
        name: fieldName,
        type,
        ...(labels === undefined ? {} : { labels }),
        config,
      })),
    },
    data: {
      values: columns.map((cells) =>
        cells.map((cell) => (typeof cell === 'number' && !Number.isFinite(cell) ? null : cell)),
      ),
      ...(entities.every((one) => one === null) ? {} : { entities }),
    },
  }
}

function entitiesOf(cells: readonly unknown[]): JsonObject | null {
  const rows = Object.entries(ENTITIES).flatMap(([name, value]) => {
    const found = cells.flatMap((cell, row) => (Object.is(cell, value) ? [row] : []))
    return found.length === 0 ? [] : [[name, found] as const]
  })
  return rows.length === 0 ? null : Object.fromEntries(rows)
}

/** Fields without cells are empty; what is no frame at all has no fields. */
export function frameOfJson(json: JsonObject): Frame {
  const schema = objectOf(json['schema'])
  const { values, entities } = objectOf(json['data'])
  const columns: readonly unknown[] = Array.isArray(values) ? values : []
  const special: readonly unknown[] = Array.isArray(entities) ? entities : []
  const fields = objectsOf(schema['fields']).map((field, index) =>
    fieldOf(field, columns[index], objectOf(special[index])),
  )
  const refId = textOf(schema['refId'])
  const name = textOf(schema['name'])
  return frameOfFields(fields, {
    ...(refId === undefined ? {} : { refId }),
    ...(name === undefined ? {} : { name }),
    ...(isObject(schema['meta']) ? { meta: schema['meta'] } : {}),
  })
}

function fieldOf(field: JsonObject, column: unknown, entities: JsonObject): Field {
  const cells: unknown[] = Array.isArray(column) ? [...column] : []
  for (const [name, value] of Object.entries(ENTITIES)) {
    const rows = entities[name]
    if (!Array.isArray(rows)) continue
    for (const row of rows as readonly unknown[])
      if (typeof row === 'number' && Object.hasOwn(cells, row)) cells[row] = value
  }
  const type = textOf(field['type']) ?? ''
  const labels = labelsOf(field['labels'])
  return fieldFrom(
    {
      name: textOf(field['name']) ?? '',
      type: TYPES.has(type) ? (type as FieldType) : 'other',
      config: objectOf(field['config']),
      ...(labels === undefined ? {} : { labels }),
    },
    cells,
  )
}

function labelsOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(value)) return undefined
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => (typeof one === 'string' ? [[name, one]] : [])),
  )
}
