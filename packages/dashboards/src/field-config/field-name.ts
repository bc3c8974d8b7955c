// What people see as the name of a field.
import type { Field, Frame } from '../frame.ts'

/**
 * Its set name, else what the data source called it, else what tells it apart: the frame's name, its own, its labels.
 *
 * @source  tests/oracle: equal to Grafana's for generated frames
 */
export function fieldName(field: Field, frame: Frame, frames: readonly Frame[]): string {
  const { displayName, displayNameFromDS } = field.config
  if (displayName !== undefined && displayName !== null && displayName !== '') return displayName
  if (displayNameFromDS !== undefined && displayNameFromDS !== '') return displayNameFromDS
  if (field.type === 'time' && field.labels === undefined) return field.name
  const parts: string[] = []
  const hasFrameName = frame.name !== undefined && frame.name !== ''
  const isFrameNamed = hasFrameName && frames.some(({ name }) => name !== frames[0]!.name)
  if (isFrameNamed) parts.push(frame.name!)
  if (field.name !== '' && field.name !== 'Value') parts.push(field.name)
  const labels = labelText(field, frames)
  if (labels !== '') parts.push(labels)
  if (!isFrameNamed && labels === '' && field.name === 'Value' && hasFrameName)
    parts.push(frame.name!)
  const name = parts.length > 0 ? parts.join(' ') : field.name || 'Value'
  return name === field.name ? numbered(field, frame) : name
}

/** The value alone where only one label is there at all, else all of them. */
function labelText({ labels }: Field, frames: readonly Frame[]): string {
  if (labels === undefined) return ''
  const single = singleLabel(frames)
  if (single !== undefined) return Object.hasOwn(labels, single) ? labels[single]! : ''
  const names = Object.keys(labels).sort()
  if (names.length === 0) return ''
  return `{${names.map((name) => `${name}="${labels[name]}"`).join(', ')}}`
}

function singleLabel(frames: readonly Frame[]): string | undefined {
  const names = new Set<string>()
  for (const { fields } of frames) {
    for (const { labels } of fields) for (const name of Object.keys(labels ?? {})) names.add(name)
    if (names.size > 1) return undefined
  }
  return names.values().next().value
}

/** Fields of one name in one frame get a number behind it. */
function numbered(field: Field, { fields }: Frame): string {
  const same = fields.filter(({ name }) => name === field.name)
  const place = same.indexOf(field)
  return same.length > 1 && place >= 0 ? `${field.name} ${place + 1}` : field.name
}
