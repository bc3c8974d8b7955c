/** Any value as text: what a cell holds, or what was thrown. Objects are shown as JSON. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (value instanceof Error) return value.message
  if (typeof value === 'object') return JSON.stringify(value)
  // What is left has a text of its own.
  return String(value as number | boolean | bigint)
}
