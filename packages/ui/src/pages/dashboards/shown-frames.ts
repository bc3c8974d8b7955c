import {
  applyFieldConfig,
  type FieldConfigSource,
  type Frame,
  type Panel,
  type Thresholds,
  type Zone,
  zoneOf,
} from '@pharos/dashboards'
import type { applyTransformations } from '@pharos/dashboards/transform'
import { useEffect, useMemo, useState } from 'react'
import { nowMs } from '../../data/browser.ts'
import { type PanelQuestion, scopeOf } from '../../data/panel-run.ts'
import type { Theme } from '../../data/settings.ts'
import { useSettings, useZone } from '../../services.tsx'
import { panelTheme } from '../../viz/panel-theme.ts'

type Transform = typeof applyTransformations

/** What is made of a panel's data before it is drawn: transformations, then settings field by field. */
function shownFrames(
  frames: readonly Frame[],
  panel: Panel,
  question: PanelQuestion,
  theme: Theme,
  zone: Zone,
  transform: Transform | undefined,
): readonly Frame[] {
  const { variables } = question
  const scope = scopeOf(question)
  const context = { variables, scope, zone }
  const changed = transform?.(frames, panel.transformations, context) ?? frames
  return applyFieldConfig(changed, {
    fieldConfig: withDefaults(panel),
    theme: panelTheme(theme),
    variables,
    scope,
    zone,
    nowMs: nowMs(),
  })
}

const BY_PALETTE: ReadonlySet<string> = new Set([
  'timeseries',
  'trend',
  'piechart',
  'barchart',
  'histogram',
  'xychart',
])
const THRESHOLDS: Thresholds = {
  mode: 'absolute',
  steps: [
    { value: null, color: 'green' },
    { value: 80, color: 'red' },
  ],
}

/** What a kind of panel colours by when the file does not say. */
function withDefaults({ type, fieldConfig }: Panel): FieldConfigSource {
  const { color, thresholds = THRESHOLDS } = fieldConfig.defaults
  const mode = BY_PALETTE.has(type) ? 'palette-classic' : 'thresholds'
  return {
    ...fieldConfig,
    defaults: { ...fieldConfig.defaults, thresholds, color: color ?? { mode } },
  }
}

export function useShownFrames(
  frames: readonly Frame[] | undefined,
  panel: Panel,
  question: PanelQuestion | undefined,
): { readonly frames: readonly Frame[] | undefined; readonly error: unknown } {
  const { theme } = useSettings()
  const zoneName = useZone()
  const zone = useMemo(() => zoneOf(zoneName), [zoneName])
  const isTransformed = panel.transformations.length > 0
  const transform = useTransform(isTransformed)
  return useMemo(() => {
    if (
      frames === undefined ||
      question === undefined ||
      (isTransformed && transform === undefined)
    )
      return { frames: undefined, error: undefined }
    try {
      return {
        frames: shownFrames(frames, panel, question, theme, zone, transform),
        error: undefined,
      }
    } catch (error) {
      // A transformation that fails is told in its panel; the others are drawn.
      return { frames: undefined, error }
    }
    // The question changes with every refresh; its answer does when it is there.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [frames, panel, theme, zone, transform, isTransformed])
}

/** Most panels transform nothing: the module comes with the first that does. */
function useTransform(isNeeded: boolean): Transform | undefined {
  const [transform, setTransform] = useState<Transform | undefined>(undefined)
  useEffect(() => {
    if (!isNeeded) return undefined
    let isWanted = true
    import('@pharos/dashboards/transform').then(
      (module) => isWanted && setTransform(() => module.applyTransformations),
      (error: unknown) => {
        // The panel's own guard says what happened.
        if (isWanted)
          setTransform(() => {
            throw error
          })
      },
    )
    return () => {
      isWanted = false
    }
  }, [isNeeded])
  return isNeeded ? transform : undefined
}
