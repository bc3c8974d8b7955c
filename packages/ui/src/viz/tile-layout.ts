// How many tiles of one panel lie beside and above each other, and how large their text may be.

export interface TileGrid {
  readonly columns: number
  readonly rows: number
  readonly widthPx: number
  readonly heightPx: number
}

const GAP_PX = 4

/**
 * @param orientation  `horizontal`: below each other; `vertical`: beside each other; `auto`: what fills the panel best
 * @param aspect  of a tile that looks well, width by height
 */
export function tileGrid(
  count: number,
  widthPx: number,
  heightPx: number,
  orientation: 'auto' | 'horizontal' | 'vertical',
  aspect = 2,
): TileGrid {
  const gridWith = (columns: number): TileGrid => {
    const rows = Math.max(1, Math.ceil(count / columns))
    return {
      columns,
      rows,
      widthPx: Math.max(1, (widthPx - (columns - 1) * GAP_PX) / columns),
      heightPx: Math.max(1, (heightPx - (rows - 1) * GAP_PX) / rows),
    }
  }
  if (orientation === 'horizontal') return gridWith(1)
  if (orientation === 'vertical') return gridWith(Math.max(1, count))
  let best = gridWith(1)
  for (let columns = 2; columns <= count; columns++) {
    const grid = gridWith(columns)
    if (usable(grid, aspect) > usable(best, aspect)) best = grid
  }
  return best
}

/** The side of the text that fits: what the tile is too wide or too high is lost. */
function usable({ widthPx, heightPx }: TileGrid, aspect: number): number {
  return Math.min(widthPx / aspect, heightPx)
}

/** Mean width of a figure or letter, as a share of the font's size. */
const GLYPH = 0.67

/** The largest font, px, in which so many letters fit into a box. */
export function fittingFontPx(
  letters: number,
  widthPx: number,
  heightPx: number,
  maxPx: number,
  minPx = 10,
): number {
  const byWidth = widthPx / (Math.max(1, letters) * GLYPH)
  return Math.max(minPx, Math.min(maxPx, byWidth, heightPx))
}

/** Letters of a value whose unit stands smaller. */
export function lettersOf(text: string, suffix: string, suffixShare: number): number {
  return wide(text) + wide(suffix) * suffixShare
}

/** Chinese letters are twice as wide. */
function wide(text: string): number {
  let width = 0
  for (const letter of text)
    width +=
      letter > '\u2e7f'
        ? 1.7
        : /[.,:;|!'’\s]/.test(letter)
          ? 0.5
          : /[mwMW%@]/.test(letter)
            ? 1.5
            : 1
  return width
}
