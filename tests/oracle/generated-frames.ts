// Frames by seed, in our shape and in the reference's.
import { cellsOf, type Field, fieldName, type FieldType, type Frame } from '@pharos/dashboards'
import { columnOf } from '@pharos/dashboards'
import type { Oracle, OracleField, OracleFrame } from './oracle.ts'

export type Random = () => number

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!
}

const WORDS = ['alpha', 'Beta', 'gamma', 'delta', '', 'eps ilon', 'zeta', 'Alpha']
const HOSTS = ['10', '9', 'x', '1,000', '', 'alpha', '1e3']

function number(random: Random): number {
  const kind = random()
  if (kind < 0.15) return 0
  if (kind < 0.5) return Math.round(random() * 20 - 5)
  return (random() - 0.3) * 10 ** Math.floor(random() * 9 - 3)
}

/** Cells of a type, some of them missing, some no number. */
export function cells(random: Random, type: FieldType, length: number, holes = 0.15): unknown[] {
  return Array.from({ length }, () => {
    if (random() < holes) return null
    if (type === 'number') return random() < 0.05 ? NaN : number(random)
    if (type === 'boolean') return random() < 0.5
    return pick(random, WORDS)
  })
}

const START = 1_700_000_000_000

/** A series as Prometheus gives it. */
export function series(random: Random, refId: string, length: number): Frame {
  const step = 15_000
  const skip = Math.floor(random() * 3)
  const times = Array.from({ length }, (_, i) => START + (i + skip) * step)
  const labels = { job: pick(random, ['a', 'b', 'c']), instance: `h${Math.floor(random() * 9)}` }
  const name = random() < 0.7 ? `${labels.job} ${labels.instance}` : undefined
  return {
    refId,
    ...(name === undefined ? {} : { name }),
    length,
    fields: [
      { name: 'Time', type: 'time', config: {}, values: columnOf('time', times) },
      {
        name: 'Value',
        type: 'number',
        labels,
        config: name === undefined ? {} : { displayNameFromDS: name },
        values: columnOf('number', cells(random, 'number', length, 0.05)),
      },
    ],
  }
}

/** A table as an instant query gives it. */
export function table(random: Random, refId: string, length: number): Frame {
  const fields: Field[] = [
    {
      name: 'Time',
      type: 'time',
      config: {},
      values: columnOf(
        'time',
        Array.from({ length }, () => START),
      ),
    },
    { name: 'job', type: 'string', config: {}, values: cells(random, 'string', length, 0) },
    {
      name: 'host',
      type: 'string',
      config: {},
      values: Array.from({ length }, () => pick(random, HOSTS)),
    },
    {
      name: `Value #${refId}`,
      type: 'number',
      config: {},
      values: columnOf('number', cells(random, 'number', length)),
    },
  ]
  return { refId, fields, length }
}

export function toOracle(frame: Frame): OracleFrame {
  return {
    ...(frame.refId === undefined ? {} : { refId: frame.refId }),
    ...(frame.name === undefined ? {} : { name: frame.name }),
    length: frame.length,
    fields: frame.fields.map((field): OracleField => ({
      name: field.name,
      type: field.type,
      values: cellsOf(field),
      config: structuredClone(field.config),
      ...(field.labels === undefined ? {} : { labels: { ...field.labels } }),
    })),
  }
}

/** What a picture shows of frames: names, types and cells, in one writing. */
export function shownOurs(frames: readonly Frame[]): string {
  return frames
    .map((frame) =>
      frame.fields
        .map((field) => line(fieldName(field, frame, frames), field.type, cellsOf(field)))
        .join('\n'),
    )
    .join('\n--\n')
}

export function shownTheirs(oracle: Oracle, frames: OracleFrame[]): string {
  // What it remembers of names is of the frames before.
  for (const { fields } of frames) for (const field of fields) field.state = null
  return frames
    .map((frame) =>
      frame.fields
        .map((field) =>
          line(oracle.getFieldDisplayName(field, frame, frames), field.type, field.values),
        )
        .join('\n'),
    )
    .join('\n--\n')
}

function line(name: string, type: string, values: readonly unknown[]): string {
  const text = Array.from(values, (value) =>
    value === null || value === undefined
      ? '-'
      : typeof value === 'number'
        ? String(Number(value.toPrecision(12)))
        : JSON.stringify(value),
  )
  return `${name} (${type}): ${text.join(' ')}`
}
