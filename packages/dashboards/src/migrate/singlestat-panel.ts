// One number of old: `singlestat`, and the gauge that it could be.
import type { FieldConfig } from '../dashboard.ts'
import { type JsonObject, numberOf, objectOf, scalarText, textOf } from '../json.ts'
import { calcOf, given, mappingsOf, thresholdsOf } from './old-settings.ts'

export function migrateSinglestat(panel: JsonObject): JsonObject {
  const gauge = objectOf(panel['gauge'])
  const isGauge = gauge['show'] === true
  const unit = unitOf(panel)
  const thresholds = thresholdsOf(panel['thresholds'], panel['colors'])
  const isColored = panel['colorBackground'] === true || panel['colorValue'] === true || isGauge
  const defaults: FieldConfig = given({
    unit,
    decimals: numberOf(panel['decimals']),
    min: isGauge ? numberOf(gauge['minValue']) : undefined,
    max: isGauge ? numberOf(gauge['maxValue']) : undefined,
    noValue: scalarText(panel['nullText']),
    mappings: mappingsOf(panel),
    color: isColored ? { mode: 'thresholds' } : { mode: 'fixed', fixedColor: 'text' },
    ...(thresholds === undefined ? {} : { thresholds }),
  })
  const sparkline = objectOf(panel['sparkline'])
  const column = scalarText(panel['tableColumn'])
  return {
    ...panel,
    type: isGauge ? 'gauge' : 'stat',
    fieldConfig: { defaults, overrides: [] },
    options: {
      reduceOptions: {
        values: false,
        calcs: [calcOf(panel['valueName'])],
        fields: column === '' ? '' : `/^${column.replace(/[^\w ]/g, '\\$&')}$/`,
      },
      orientation: 'auto',
      ...(isGauge
        ? {
            showThresholdLabels: gauge['thresholdLabels'] === true,
            showThresholdMarkers: gauge['thresholdMarkers'] !== false,
          }
        : {
            colorMode:
              panel['colorBackground'] === true
                ? 'background'
                : panel['colorValue'] === true
                  ? 'value'
                  : 'none',
            graphMode: sparkline['show'] === true ? 'area' : 'none',
            textMode: panel['valueName'] === 'name' ? 'name' : 'auto',
            justifyMode: 'auto',
          }),
    },
  }
}

/** What stood before or behind the number, where no unit says it. */
function unitOf(panel: JsonObject): string | undefined {
  const format = textOf(panel['format'])
  if (format !== undefined && format !== '' && format !== 'none') return format
  const [prefix, postfix] = [
    scalarText(panel['prefix']).trim(),
    scalarText(panel['postfix']).trim(),
  ]
  if (postfix !== '') return `suffix:${postfix}`
  return prefix === '' ? format : `prefix:${prefix}`
}
