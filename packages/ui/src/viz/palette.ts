// Colours that a canvas needs as values; all others are CSS tokens in styles/tokens.css. The categorical colours
// keep their hue order in both themes (blue, rust, teal, purple, coral, green, olive, mauve) and repeat after 8.
import type { Theme } from '../data/settings.ts'

const CATEGORICAL: Readonly<Record<Theme, readonly string[]>> = {
  light: ['#327ad0', '#99310e', '#1ca4a3', '#6b3195', '#ed6b70', '#07644e', '#737c21', '#9b5a89'],
  dark: ['#60a8ff', '#ba5f10', '#57e2da', '#8669bc', '#feb890', '#229171', '#a5ad33', '#e47db8'],
}

interface ChartInk {
  readonly axis: string
  readonly grid: string
}

export function chartInk(theme: Theme): ChartInk {
  return theme === 'dark'
    ? { axis: '#a9b4c1', grid: '#222b36' }
    : { axis: '#4a5765', grid: '#e9ecf0' }
}

export function seriesColor(theme: Theme, index: number): string {
  const colors = CATEGORICAL[theme]
  return colors[index % colors.length]!
}

/** `#rrggbb` with an opacity of 0 to 1. */
export function withAlpha(color: string, opacity: number): string {
  return (
    color +
    Math.round(opacity * 255)
      .toString(16)
      .padStart(2, '0')
  )
}
