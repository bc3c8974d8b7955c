import { UserError } from '@pharos/base'

export interface ParseProblem {
  /** UTF-8 byte offsets [start, end) into the query. */
  readonly start: number
  readonly end: number
  /** The reference's words, without position. */
  readonly message: string
}

/** A query that does not parse. The message shows the first problem, `problems` has all, in order. */
export class ParseErrors extends UserError {
  readonly problems: readonly ParseProblem[]

  constructor(query: string, problems: readonly ParseProblem[]) {
    const first = problems[0]
    super(
      'promql/parse',
      first === undefined
        ? 'error contains no error message'
        : `${positionText(query, first.start)}: parse error: ${first.message}`,
    )
    this.name = 'ParseErrors'
    this.problems = problems
  }
}

/**
 * `line:column` of a byte offset, both from 1; the column counts bytes.
 * @source Prometheus, parser/posrange StartPosInput
 */
export function positionText(query: string, byteOffset: number): string {
  if (query === '') return 'unknown position'
  let line = 1
  let lineStart = 0
  let bytes = 0
  for (let i = 0; i < query.length && bytes < byteOffset; i++) {
    const c = query.charCodeAt(i)
    // A surrogate is half of four bytes; one standing alone is a raw byte of the input.
    const isPair = c >= 0xd800 && c < 0xdc00 && (query.charCodeAt(i + 1) & 0xfc00) === 0xdc00
    if (isPair) i++
    if (isPair) bytes += 4
    else if (c < 0x80 || (c >= 0xdc80 && c <= 0xdcff)) bytes += 1
    else bytes += c < 0x800 ? 2 : 3
    if (c === 10) {
      line++
      lineStart = bytes
    }
  }
  return `${line}:${byteOffset - lineStart + 1}`
}
