import { valueAt } from '@pharos/dashboards'
import type { CSSProperties } from 'react'
import { hexColor, inkOn, mixed } from './palette.ts'
import type { TableColumn } from './table-plan.ts'

/** Background and ink of a cell, or of a row, in the colour `#rrggbb` of a value. */
export function paintOf(color: string, mode: string): CSSProperties {
  const background =
    mode === 'gradient'
      ? `linear-gradient(120deg, ${color}, ${mixed(color, '#000000', 0.16)})`
      : color
  return { background, color: inkOn(color) }
}

/** A column may paint the whole row in the colour of its own value. */
export function rowPaint(columns: readonly TableColumn[], row: number): CSSProperties {
  const painter = columns.find(({ paintsRow, kind }) => paintsRow && kind === 'color-background')
  const shown = painter?.field.display?.(valueAt(painter.field, row)).color
  const color = shown === undefined ? undefined : hexColor(shown)
  return color === undefined ? {} : paintOf(color, 'basic')
}
