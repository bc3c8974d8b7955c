// Where in an expression the server found its fault.

interface QueryFault {
  /** The server's words without the parameter's name: `1:8: parse error: …`. */
  readonly message: string
  /** 0-based character range in the expression; undefined when the server gave no position. */
  readonly start: number | undefined
}

/**
 * Reads `invalid parameter "query": 1:8: parse error: …`. Lines count from 1, columns from 1, in characters of
 * the expression as the reference counts them.
 */
export function faultOf(message: string, expr: string): QueryFault {
  const match = /^(?:invalid parameter "query": )?(\d+):(\d+): ([\s\S]*)$/.exec(message)
  if (match === null) return { message, start: undefined }
  const lines = expr.split('\n')
  let start = 0
  for (let i = 0; i < Number(match[1]) - 1; i++) start += (lines[i]?.length ?? 0) + 1
  return {
    message: message.slice(message.indexOf(`${match[1]}:${match[2]}: `)),
    start: Math.min(expr.length, start + Number(match[2]) - 1),
  }
}

/** The expression's line around `start`, and how far into it the fault is. */
export function lineAt(
  expr: string,
  start: number,
): { text: string; column: number; line: number } {
  const from = expr.lastIndexOf('\n', start - 1) + 1
  const to = expr.indexOf('\n', start)
  return {
    text: expr.slice(from, to < 0 ? expr.length : to),
    column: start - from,
    line: expr.slice(0, from).split('\n').length,
  }
}
