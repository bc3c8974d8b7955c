// The path of a push to the labels of its group.
//
//   /job/NAME /label/value /label@base64/dmFsdWU …

import { UserError } from '@pharos/base'
import { compareText, goQuote, isValidLabelName, unescapeName } from '@pharos/model'
import { GROUPING_LABELS_MAX } from './limits.ts'
import { parseTtl } from './push-ttl.ts'

const BASE64_SUFFIX = '@base64'

/** A label of the path that is no label of the group: how long the group lives. */
const TTL_LABEL = 'push_ttl_seconds'

export interface Grouping {
  /** `[name, value, …]` sorted by name, `job` among them; a value may be empty. */
  readonly labels: readonly string[]
  /** Undefined: the path does not say. */
  readonly ttlMs: number | undefined
}

interface GroupingOptions {
  /** Names beyond [a-zA-Z_][a-zA-Z0-9_]*, written with `U__` escapes. */
  readonly allowsUtf8: boolean
}

/**
 * The group that a path names; undefined when it is no path of a push at all.
 *
 * @param path  decoded, from `/job/` or `/job@base64/` on
 * @throws      UserError `push/path` in the reference's words
 * @source      Pushgateway 1.11, handler.Push, splitLabels
 */
export function groupingOf(path: string, options: GroupingOptions): Grouping | undefined {
  const match = /^\/job(@base64)?\/([^/]+)(\/.*)?$/s.exec(path)
  if (match === null) return undefined
  const [, isBase64, text = '', rest = ''] = match
  const job = isBase64 === undefined ? text : decodedJob(text)
  const labels = new Map<string, string>()
  const ttlMs = splitLabels(rest, labels, options)
  if (job === '') throw refused('job name is required')
  labels.set('job', job)
  if (labels.size > GROUPING_LABELS_MAX)
    throw refused(`more than ${GROUPING_LABELS_MAX} labels in the path`)
  const sorted = [...labels].sort(([a], [b]) => compareText(a, b))
  return { labels: sorted.flat(), ttlMs }
}

function decodedJob(text: string): string {
  const { value, partial, fault } = decodedBase64(text)
  if (value === undefined)
    throw refused(`invalid base64 encoding in job name ${goQuote(partial)}: ${fault}`)
  return value
}

/** Fills `labels`; returns the time to live when one of them is it. */
function splitLabels(
  text: string,
  labels: Map<string, string>,
  { allowsUtf8 }: GroupingOptions,
): number | undefined {
  if (text.length <= 1) return undefined
  const parts = text.slice(1).split('/')
  if (parts.length % 2 !== 0)
    throw refused(`odd number of components in label string ${goQuote(text)}`)
  let ttlMs: number | undefined
  for (let i = 0; i < parts.length; i += 2) {
    const written = parts[i]!
    const isBase64 = written.endsWith(BASE64_SUFFIX)
    const trimmed = isBase64 ? written.slice(0, -BASE64_SUFFIX.length) : written
    const name = allowsUtf8 ? unescapeName(trimmed, 'values') : trimmed
    if (!isValidLabelName(name, allowsUtf8 ? 'utf8' : 'legacy') || trimmed.startsWith('__'))
      throw refused(`improper label name ${goQuote(trimmed)}`)
    const value = isBase64 ? decodedLabel(trimmed, parts[i + 1]!) : parts[i + 1]!
    if (name === TTL_LABEL) ttlMs = parseTtl(value)
    else labels.set(name, value)
  }
  return ttlMs
}

function decodedLabel(name: string, text: string): string {
  const { value, fault } = decodedBase64(text)
  if (value === undefined)
    throw refused(`invalid base64 encoding for label ${name}=${goQuote(text)}: ${fault}`)
  return value
}

interface Decoded {
  readonly value: string | undefined
  /** What could be read before the fault. */
  readonly partial: string
  readonly fault: string
}

/** URL-safe base64, padding ignored. @source Go, encoding/base64.RawURLEncoding */
function decodedBase64(padded: string): Decoded {
  const text = padded.replace(/=+$/, '')
  const at = /[^A-Za-z0-9_-]/.exec(text)?.index ?? (text.length % 4 === 1 ? text.length - 1 : -1)
  const bytesOf = (part: string): string => Buffer.from(part, 'base64url').toString('utf8')
  if (at < 0) return { value: bytesOf(text), partial: '', fault: '' }
  const partial = bytesOf(text.slice(0, at - (at % 4)))
  return { value: undefined, partial, fault: `illegal base64 data at input byte ${at}` }
}

function refused(message: string): UserError {
  return new UserError('push/path', message)
}
