// The reference's own functions for units, display, overrides, reducers and transformations, as a judge of ours. They
// are a package of their own that only `npm run oracle` installs; without it the comparisons are skipped and counted.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'

const PACKAGE = new URL('./node_modules/@grafana/data/package.json', import.meta.url)

export const hasOracle: boolean = existsSync(PACKAGE)

export interface OracleText {
  readonly text: string
  readonly prefix?: string
  readonly suffix?: string
}

export interface OracleDisplay extends OracleText {
  readonly numeric: number
  readonly color?: string
  readonly percent?: number
}

export interface OracleField {
  name: string
  type: string
  values: unknown[]
  labels?: Record<string, string>
  config: object
  state?: { seriesIndex?: number; range?: { min: number; max: number } } | null
  display?: (value: unknown, decimals?: number) => OracleDisplay
}

export interface OracleFrame {
  refId?: string
  name?: string
  fields: OracleField[]
  length: number
}

interface RegistryItem {
  readonly id: string
  readonly [key: string]: unknown
}

interface Registry {
  /** True once somebody has looked into it: test files that share a thread share it, too. */
  readonly initialized: boolean
  setInit(make: () => RegistryItem[]): void
  list(): RegistryItem[]
}

interface Stream {
  subscribe(next: (frames: OracleFrame[]) => void): unknown
}

interface Transformer extends RegistryItem {
  readonly defaultOptions?: object
  operator(options: object, context: object): (source: Stream) => Stream
}

/** What of the package the tests call; its own types would have to be installed for everybody. */
export interface Oracle {
  getValueFormat(
    unit: string,
  ): (
    value: number | null,
    decimals?: number | null,
    scaled?: undefined,
    zone?: string,
  ) => OracleText
  getValueFormats(): { text: string; submenu: { text: string; value: string }[] }[]
  reduceField(options: { field: OracleField; reducers: string[] }): Record<string, unknown>
  fieldReducers: Registry
  applyFieldOverrides(options: object): OracleFrame[]
  dataFrameFromJSON(json: unknown): OracleFrame
  dataFrameToJSON(frame: OracleFrame): object
  getFieldDisplayName(field: OracleField, frame: OracleFrame, frames: OracleFrame[]): string
  standardTransformers: Record<string, Transformer>
  standardFieldConfigEditorRegistry: Registry
  createTheme(): OracleTheme
  dateMath: {
    toDateTime(
      text: string,
      options: { roundUp?: boolean; timezone: string; now: Date; fiscalYearStartMonth?: number },
    ): { valueOf(): number; isValid(): boolean } | undefined
  }
  rangeUtil: { roundInterval(ms: number): number }
}

export interface OracleTheme {
  visualization: { palette: string[]; getColorByName(name: string): string }
}

/** Its ES module does not load in Node 24, the other one does. What its own app registers is registered here. */
export function loadOracle(): Oracle {
  // The cast: a foreign module; each test fails when a function is not there.
  const oracle = createRequire(import.meta.url)('@grafana/data') as Oracle
  const item = (id: string, isOfNumbers = false): RegistryItem => ({
    id,
    path: id,
    name: id,
    process: (value: unknown) => value,
    settings: {},
    shouldApply: (field: OracleField) => !isOfNumbers || field.type === 'number',
  })
  const custom = (path: string): RegistryItem => ({
    ...item(`custom.${path}`),
    path,
    isCustom: true,
  })
  if (oracle.standardFieldConfigEditorRegistry.initialized) return oracle
  oracle.standardFieldConfigEditorRegistry.setInit(() => [
    ...[
      'displayName',
      'unit',
      'noValue',
      'color',
      'thresholds',
      'mappings',
      'links',
      'description',
    ].map((id) => item(id)),
    ...['min', 'max', 'decimals', 'fieldMinMax'].map((id) => item(id, true)),
    custom('width'),
    custom('axis.label'),
  ])
  return oracle
}

/** One transformation by the reference. */
export function transformed(
  oracle: Oracle,
  id: string,
  options: object,
  frames: OracleFrame[],
): OracleFrame[] {
  const rxjs = createRequire(import.meta.url)('rxjs') as { of(frames: OracleFrame[]): Stream }
  const transformer = Object.values(oracle.standardTransformers).find((one) => one.id === id)
  if (transformer === undefined) throw new Error(`the reference has no transformation ${id}`)
  let result: OracleFrame[] = []
  const context = { interpolate: (text: string) => text }
  transformer
    .operator(
      { ...transformer.defaultOptions, ...structuredClone(options) },
      context,
    )(rxjs.of(frames))
    .subscribe((after) => (result = after))
  return result
}
