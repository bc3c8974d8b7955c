// Colours that a canvas needs as values; all others are CSS tokens in styles/tokens.css. The categorical colours
// keep their hue order in both themes (blue, rust, teal, purple, coral, green, olive, mauve) and repeat after 8.
import type { Theme } from '../data/settings.ts'

export const CATEGORICAL: Readonly<Record<Theme, readonly string[]>> = {
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

/** `#rrggbb` with its hue turned by so many degrees. */
export function hueShifted(color: string, degrees: number): string {
  const [r, g, b] = channelsOf(color)
  const max = Math.max(r, g, b)
  const min = Math.min(r, g, b)
  const span = max - min
  if (span === 0) return color
  const sector =
    max === r ? ((g - b) / span) % 6 : max === g ? (b - r) / span + 2 : (r - g) / span + 4
  const hue = (((sector * 60 + degrees) % 360) + 360) % 360
  const middle = (1 - Math.abs(((hue / 60) % 2) - 1)) * span
  const turn = Math.floor(hue / 60)
  const parts = [
    [span, middle, 0],
    [middle, span, 0],
    [0, span, middle],
    [0, middle, span],
    [middle, 0, span],
    [span, 0, middle],
  ][turn]!
  return `#${parts.map((part) => hexOf(part + min)).join('')}`
}

const NAMES: Readonly<Record<string, string>> = {
  white: '#ffffff',
  black: '#000000',
  gray: '#808080',
  grey: '#808080',
  transparent: '#000000',
}

/** A colour of CSS as `#rrggbb`, its opacity left out; undefined for what is none that we know. */
export function hexColor(css: string): string | undefined {
  const text = css.trim().toLowerCase()
  if (/^#[0-9a-f]{6}([0-9a-f]{2})?$/.test(text)) return text.slice(0, 7)
  if (/^#[0-9a-f]{3,4}$/.test(text)) return `#${text.slice(1, 4).replaceAll(/./g, '$&$&')}`
  if (Object.hasOwn(NAMES, text)) return NAMES[text]
  const match = /^(rgb|hsl)a?\(\s*([\d.]+)(?:deg)?[\s,]+([\d.]+)%?[\s,]+([\d.]+)%?/.exec(text)
  if (match === null) return undefined
  const [a, b, c] = [Number(match[2]), Number(match[3]), Number(match[4])]
  if (match[1] === 'rgb') return `#${[a, b, c].map((part) => hexOf(Math.min(255, part))).join('')}`
  const reach = (b / 100) * Math.min(c / 100, 1 - c / 100)
  const channel = (turn: number) => {
    const at = (turn + a / 30) % 12
    return (c / 100 - reach * Math.max(-1, Math.min(at - 3, 9 - at, 1))) * 255
  }
  return `#${[0, 8, 4].map((turn) => hexOf(channel(turn))).join('')}`
}

/** @returns red, green, blue, 0 to 255; black for what is no `#rgb` or `#rrggbb` */
function channelsOf(color: string): [number, number, number] {
  const long = /^#[0-9a-f]{3}$/i.test(color) ? color.replaceAll(/[0-9a-f]/gi, '$&$&') : color
  if (!/^#[0-9a-f]{6}/i.test(long)) return [0, 0, 0]
  return [1, 3, 5].map((at) => parseInt(long.slice(at, at + 2), 16)) as [number, number, number]
}

function hexOf(channel: number): string {
  return Math.round(channel).toString(16).padStart(2, '0')
}

function luminanceOf(color: string): number {
  const [r, g, b] = channelsOf(color).map((channel) => {
    const share = channel / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** WCAG's contrast of two colours, 1 to 21. */
export function contrastOf(a: string, b: string): number {
  const [x, y] = [luminanceOf(a), luminanceOf(b)]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}

/** Part of one colour, the rest of another: `share` 0 is `a`, 1 is `b`. */
export function mixed(a: string, b: string, share: number): string {
  const [from, to] = [channelsOf(a), channelsOf(b)]
  return `#${from.map((channel, i) => hexOf(channel + (to[i]! - channel) * share)).join('')}`
}

export const SURFACE: Readonly<Record<Theme, string>> = { light: '#ffffff', dark: '#151b23' }
export const INK: Readonly<Record<Theme, string>> = { light: '#16202c', dark: '#e4e9ef' }

/** The colour itself, or as much nearer to the ink as it takes to be read on a panel. */
export function readable(color: string, theme: Theme, contrast = 4.5): string {
  for (let share = 0; share < 1; share += 0.1) {
    const tried = mixed(color, INK[theme], share)
    if (contrastOf(tried, SURFACE[theme]) >= contrast) return tried
  }
  return INK[theme]
}

/** Black or white, whichever can be read on a tile of this colour. */
export function inkOn(color: string): string {
  return contrastOf(color, '#ffffff') >= contrastOf(color, '#0b1017') ? '#ffffff' : '#0b1017'
}
