// What the colours of dashboards mean on our surfaces.
import { dashboardTheme, type DashboardTheme } from '@pharos/dashboards'
import type { Theme } from '../data/settings.ts'
import { CATEGORICAL, INK, SURFACE } from './palette.ts'

const THEMES: Readonly<Record<Theme, DashboardTheme>> = {
  light: dashboardTheme('light', {
    palette: CATEGORICAL.light,
    text: INK.light,
    panel: SURFACE.light,
  }),
  dark: dashboardTheme('dark', { palette: CATEGORICAL.dark, text: INK.dark, panel: SURFACE.dark }),
}

export function panelTheme(theme: Theme): DashboardTheme {
  return THEMES[theme]
}
