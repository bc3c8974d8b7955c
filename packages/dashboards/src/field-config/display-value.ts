// What a value looks like once a field's settings were applied to it.

/** A number in a unit: shown as prefix, text, suffix with nothing in between. */
export interface FormattedValue {
  readonly text: string
  readonly prefix?: string
  readonly suffix?: string
}

/** Shows a number; what is missing is shown by who knows how (`noValue`). */
export type ValueFormat = (value: number, decimals?: number | null) => FormattedValue

export interface DisplayValue extends FormattedValue {
  /** NaN for what is no number. */
  readonly numeric: number
  /** Where it stands between min and max, 0 to 1; NaN when these are not known. */
  readonly percent?: number
  /** `#rrggbb`, or what the dashboard said when that is no colour we know. */
  readonly color?: string
  readonly icon?: string
}

/** `null` and `undefined` are a missing value. */
export type DisplayProcessor = (value: unknown, decimals?: number | null) => DisplayValue
