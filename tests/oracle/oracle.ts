// The reference's own functions for units, display, overrides, reducers and transformations, as a judge of ours. They
// are a package of their own that only `npm run oracle` installs; without it the comparisons are skipped and counted.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'

const PACKAGE = new URL('./node_modules/@grafana/data/package.json', import.meta.url)

export const hasOracle: boolean = existsSync(PACKAGE)

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
}

export interface OracleText {
  readonly text: string
  readonly prefix?: string
  readonly suffix?: string
}

/** Its ES module does not load in Node 24, the other one does. */
export function loadOracle(): Oracle {
  const load = createRequire(import.meta.url)
  // The cast: a foreign module; each test fails when a function is not there.
  return load('@grafana/data') as Oracle
}
