export interface ExpressionFieldProps {
  readonly value: string
  readonly isFirst: boolean
  /** The PromQL that a text with other things in it may mean, each reading as long as the text. */
  readonly readingsOf?: (text: string) => readonly string[]
  readonly onChange: (value: string) => void
  readonly onRun: (value: string) => void
  /** Called by whichever field is there, with what puts text at its cursor. */
  readonly onInsertable: (insert: Insert) => void
}

export type Insert = (text: string) => void

/** Start and end of the selection, in characters. */
export type Selection = readonly [number, number]
