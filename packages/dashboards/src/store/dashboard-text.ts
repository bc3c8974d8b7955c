// The text of a stored dashboard: kept as it was found, written the way it was found.

/** How somebody wrote JSON: what a line is indented by, and whether the file ends with a newline. */
interface Style {
  readonly indent: string | number
  readonly isEscaped: boolean
  readonly end: string
}

/**
 * An edited dashboard as the text of its file.
 *
 * @param before  the text it had; '' for a new one
 * @returns `before` byte for byte when nothing in it was changed, else JSON in the style of `before`
 */
export function exportText(before: string, edited: unknown): string {
  if (before !== '' && JSON.stringify(JSON.parse(before)) === JSON.stringify(edited)) return before
  const { indent, isEscaped, end } = styleOf(before)
  const text = JSON.stringify(edited, null, indent)
  return (isEscaped ? escaped(text) : text) + end
}

function styleOf(text: string): Style {
  if (text === '') return { indent: 2, isEscaped: false, end: '\n' }
  const indent = /^[{[]\r?\n([ \t]+)/.exec(text.trimStart())?.[1] ?? ''
  return {
    indent,
    // Python's default: letters beyond ASCII as \uXXXX.
    isEscaped: /\\u[0-9a-fA-F]{4}/.test(text) && !/[\u0080-\uffff]/.test(text),
    end: text.endsWith('\n') ? '\n' : '',
  }
}

function escaped(text: string): string {
  return text.replace(
    /[\u0080-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
