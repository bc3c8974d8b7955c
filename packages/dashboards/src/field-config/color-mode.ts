// How a field gets its colour: by its place, its name, its thresholds, or where a value stands between min and max.
import type { FieldConfig } from '../dashboard.ts'
import type { DashboardTheme } from './named-color.ts'
import { interpolatedColor, lightened } from './color-math.ts'

/** @param percent  0 to 1 between min and max;  @param threshold  the colour of the threshold that is reached */
export type ColorOf = (percent: number, threshold: string) => string

interface ColorSubject {
  readonly config: FieldConfig
  readonly title: string
  readonly seriesIndex: number
}

const FALLBACK = 'gray'

/** Names or colours from low to high. */
const CONTINUOUS: Readonly<Record<string, readonly string[]>> = {
  'continuous-GrYlRd': ['green', 'yellow', 'red'],
  'continuous-RdYlGr': ['red', 'yellow', 'green'],
  'continuous-BlYlRd': ['dark-blue', 'super-light-yellow', 'dark-red'],
  'continuous-YlRd': ['super-light-yellow', 'dark-red'],
  'continuous-BlPu': ['blue', 'purple'],
  'continuous-YlBl': ['super-light-yellow', 'dark-blue'],
  'continuous-blues': ['panel-bg', 'dark-blue'],
  'continuous-reds': ['panel-bg', 'dark-red'],
  'continuous-greens': ['panel-bg', 'dark-green'],
  'continuous-purples': ['panel-bg', 'dark-purple'],
  'continuous-viridis': [
    '#440154',
    '#472d7b',
    '#3b528b',
    '#2c728e',
    '#21918c',
    '#28ae80',
    '#5ec962',
    '#addc30',
    '#fde725',
  ],
  'continuous-magma': [
    '#000004',
    '#1d1147',
    '#51127c',
    '#832681',
    '#b73779',
    '#e75263',
    '#fc8961',
    '#fec488',
    '#fcfdbf',
  ],
  'continuous-plasma': [
    '#0d0887',
    '#4c02a1',
    '#7e03a8',
    '#aa2395',
    '#cc4778',
    '#e66c5c',
    '#f89540',
    '#fdc527',
    '#f0f921',
  ],
  'continuous-inferno': [
    '#000004',
    '#210c4a',
    '#57106e',
    '#8a226a',
    '#bc3754',
    '#e45a31',
    '#f98e09',
    '#f9cb35',
    '#fcffa4',
  ],
  'continuous-cividis': [
    '#002051',
    '#0a326a',
    '#2b446e',
    '#4d566d',
    '#696970',
    '#7f7c75',
    '#948f78',
    '#ada476',
    '#fdea45',
  ],
}

/** Stops of a scheme as CSS colours; empty for what is none. */
export function continuousStops(mode: string, theme: DashboardTheme): string[] {
  return Object.hasOwn(CONTINUOUS, mode) ? CONTINUOUS[mode]!.map((name) => theme.colorOf(name)) : []
}

/** Whether a value, and not its field, says the colour. */
export function isColoredByValue(mode: string | undefined): boolean {
  return mode === undefined || mode === 'thresholds' || Object.hasOwn(CONTINUOUS, mode)
}

export function colorOf(subject: ColorSubject, theme: DashboardTheme): ColorOf {
  const { config, title, seriesIndex } = subject
  const mode = config.color?.mode ?? 'thresholds'
  const stops = continuousStops(mode, theme)
  if (stops.length > 0) return (percent) => interpolatedColor(stops, percent)
  const fixed = theme.colorOf(config.color?.fixedColor ?? FALLBACK)
  switch (mode) {
    case 'fixed':
      return () => fixed
    case 'shades': {
      const shade = lightened(fixed, shadeOf(seriesIndex))
      return () => shade
    }
    case 'palette-classic':
    case 'palette-colorblind':
    case 'palette-categorical-next':
    case 'palette-categorical-next-2':
    case 'palette-categorical-next-3': {
      const color = fromPalette(theme, seriesIndex)
      return () => color
    }
    case 'palette-classic-by-name': {
      const color = fromPalette(theme, nameHash(title))
      return () => color
    }
    default:
      return (_, threshold) => theme.colorOf(threshold)
  }
}

function fromPalette(theme: DashboardTheme, index: number): string {
  const { palette } = theme
  return palette.length === 0 ? FALLBACK : theme.colorOf(palette[index % palette.length]!)
}

/** Lighter and darker in turn, further with each: 0, +1, -1, +2 … */
function shadeOf(index: number): number {
  const place = index % 11
  return (place % 2 === 1 ? 1 : -1) * Math.ceil(place / 2)
}

/** djb2 from the end, so that a name has its colour on every page. */
function nameHash(name: string): number {
  let hash = 5381
  for (let i = name.length - 1; i >= 0; i--) hash = Math.imul(hash, 33) ^ name.charCodeAt(i)
  return hash >>> 0
}
