import { columnOf, type Field, type Frame, frameOfFields, valueAt } from '@pharos/dashboards'

/** Series over time as one table: a column of times, a column per series. Other frames stay as they are. */
export function joinedFrames(frames: readonly Frame[]): Frame[] {
  const series = frames.filter(
    ({ fields }) =>
      fields.length === 2 && fields[0]?.type === 'time' && fields[1]?.type === 'number',
  )
  if (series.length < 2 || series.length !== frames.length) return [...frames]
  const times = new Set<number>()
  for (const { fields } of series) for (const t of fields[0]!.values as Float64Array) times.add(t)
  const rows = [...times].sort((a, b) => a - b)
  const place = new Map(rows.map((t, row) => [t, row]))
  const columns = series.map(({ fields }): Field => {
    const cells: unknown[] = Array.from({ length: rows.length }, () => null)
    const [time, field] = [fields[0]!, fields[1]!]
    for (let row = 0; row < time.values.length; row++)
      cells[place.get(time.values[row] as number)!] = valueAt(field, row)
    return { ...field, values: columnOf('number', cells) }
  })
  return [frameOfFields([{ ...series[0]!.fields[0]!, values: columnOf('time', rows) }, ...columns])]
}
