// Rows of spans (schema 15 and before) as panels in a grid.
import { type JsonObject, numberOf, objectsOf, scalarText } from '../json.ts'

const COLUMNS = 24
const ROW_PX = 38
const DEFAULT_SPAN = 4

/** A row that says its title, repeats or is closed stands as a row; others are only lines of panels. */
export function panelsOfRows(rows: readonly JsonObject[]): JsonObject[] {
  const hasRows = rows.some(
    (row) =>
      row['collapse'] === true || row['showTitle'] === true || scalarText(row['repeat']) !== '',
  )
  const panels: JsonObject[] = []
  let y = 0
  for (const row of rows) {
    const isClosed = row['collapse'] === true
    const own = placed(row, hasRows ? y + 1 : y)
    if (hasRows) {
      panels.push({
        type: 'row',
        title: scalarText(row['title']),
        collapsed: isClosed,
        gridPos: { x: 0, y, w: COLUMNS, h: 1 },
        panels: isClosed ? own.panels : [],
        ...(scalarText(row['repeat']) === '' ? {} : { repeat: row['repeat'] }),
      })
      y++
    }
    if (!isClosed) {
      panels.push(...own.panels)
      y += own.height
    }
  }
  return panels
}

/** Left to right, in lines of 12 spans. */
function placed(row: JsonObject, top: number): { panels: JsonObject[]; height: number } {
  const rowHeight = heightOf(row['height'], 7)
  let [x, y, line] = [0, top, 0]
  const panels = objectsOf(row['panels']).map((panel) => {
    const w = Math.min(
      COLUMNS,
      Math.max(1, Math.round((numberOf(panel['span']) ?? DEFAULT_SPAN) * 2)),
    )
    const h = heightOf(panel['height'], rowHeight)
    if (x + w > COLUMNS) [x, y, line] = [0, y + line, 0]
    const at = { x, y, w, h }
    x += w
    line = Math.max(line, h)
    const { span: _, height: __, minSpan, ...rest } = panel
    const perRow = numberOf(minSpan)
    return {
      ...rest,
      gridPos: at,
      ...(perRow === undefined ? {} : { maxPerRow: Math.max(1, Math.floor(12 / perRow)) }),
    }
  })
  return { panels, height: y + line - top }
}

/** `250px` or a number of pixels, in rows of the grid. */
function heightOf(value: unknown, standard: number): number {
  const px = typeof value === 'number' ? value : Number.parseFloat(scalarText(value))
  return Number.isFinite(px) && px > 0 ? Math.max(3, Math.ceil(px / ROW_PX)) : standard
}
