// Colours by the names that dashboards hold: a hue and one of five shades. Our own palette; each theme has its shades.

/** What a picture needs to know of colours. */
export interface DashboardTheme {
  /** For series in turn. `#rrggbb` or a name. */
  readonly palette: readonly string[]
  /** A colour of a dashboard, by name or as CSS, as CSS. */
  colorOf(name: string): string
}

const SHADES = ['dark', 'semi-dark', '', 'light', 'super-light'] as const

/** Dark to super-light. */
const HUES: Readonly<Record<string, Readonly<Record<'light' | 'dark', readonly string[]>>>> = {
  green: {
    light: ['#0b5c38', '#127046', '#178a57', '#4cb585', '#a4dcc0'],
    dark: ['#1f7d50', '#2c9b65', '#45b97f', '#7fd3a8', '#b9ead0'],
  },
  yellow: {
    light: ['#8f6a00', '#b08300', '#d19d0c', '#e5bd4d', '#f5dfa0'],
    dark: ['#b58a12', '#d3a41f', '#efc24a', '#f6d680', '#fbe9b8'],
  },
  red: {
    light: ['#95121f', '#b41c2a', '#d02d3a', '#e66f77', '#f5b5b9'],
    dark: ['#b52633', '#d63a46', '#f25c66', '#ff8d94', '#ffbfc3'],
  },
  blue: {
    light: ['#174a92', '#1f5fb5', '#327ad0', '#74a8e4', '#bcd6f4'],
    dark: ['#2a66b8', '#3b82d8', '#60a8ff', '#93c4ff', '#c5dfff'],
  },
  orange: {
    light: ['#a34400', '#c45500', '#e36c0a', '#f09a52', '#f9cda8'],
    dark: ['#c25a0c', '#df7119', '#f78e3a', '#ffb273', '#ffd5b0'],
  },
  purple: {
    light: ['#532082', '#6b3195', '#8650b3', '#ae87cf', '#d8c4e9'],
    dark: ['#6d45a3', '#8669bc', '#a488d6', '#c3b0e6', '#e0d6f3'],
  },
}

/** Undefined for what is no name of a shade. */
export function namedColor(name: string, theme: 'light' | 'dark'): string | undefined {
  const [, shade = '', hue = ''] =
    /^(?:(dark|semi-dark|light|super-light)-)?(\w+)$/.exec(name) ?? []
  if (!Object.hasOwn(HUES, hue)) return undefined
  return HUES[hue]![theme][SHADES.indexOf(shade as (typeof SHADES)[number])]
}

/**
 * A theme over tokens of the page.
 *
 * @param tokens  `text` and `panel-bg` as CSS; palette as `#rrggbb`
 */
export function dashboardTheme(
  kind: 'light' | 'dark',
  tokens: { readonly palette: readonly string[]; readonly text: string; readonly panel: string },
): DashboardTheme {
  return {
    palette: tokens.palette,
    colorOf: (name) => {
      if (name === 'text') return tokens.text
      if (name === 'panel-bg') return tokens.panel
      return namedColor(name, kind) ?? name
    },
  }
}
