import { quoted } from '@pharos/base'
import { isValidLabelName, type NameScheme } from '@pharos/model'
import type { RelabelAction, RelabelInput } from './relabel-rule.ts'

/**
 * Whether a target with `$1` or `${name}` in it gives a legacy name for word-like values. Walked once from
 * left to right, because as one pattern it would backtrack.
 */
function isValidLegacyTemplate(template: string): boolean {
  const part = /(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))\w*/y
  let at = 0
  while (at < template.length) {
    part.lastIndex = at
    if (!part.test(template)) return false
    at = part.lastIndex
  }
  return template !== ''
}

const WANT_TARGET: readonly RelabelAction[] = [
  'replace',
  'hashmod',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
]
const PLAIN_TARGET: readonly RelabelAction[] = [
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
  'hashmod',
]

/**
 * Why the fields of a rule do not fit together, in the reference's words, or undefined when they do. An
 * empty action stands for one that was written as null.
 * @source model/relabel Config.Validate
 */
export function validateRelabelRule(
  rule: Omit<RelabelInput, 'action'> & { readonly action?: RelabelAction | '' },
  scheme: NameScheme,
): string | undefined {
  const action = rule.action ?? 'replace'
  const target = rule.targetLabel ?? ''
  const replacement = rule.replacement ?? '$1'
  const modulus = rule.modulus ?? 0
  if (action === '') return 'relabel action cannot be empty'
  if (action === 'hashmod' && modulus === 0)
    return 'relabel configuration for hashmod requires non-zero modulus'
  if (WANT_TARGET.includes(action) && target === '')
    return `relabel configuration for ${action} action requires 'target_label' value`
  const isTemplate = (text: string): boolean =>
    scheme === 'utf8' ? text !== '' : isValidLegacyTemplate(text)
  const targetFits =
    action === 'replace' && target.includes('$')
      ? isTemplate(target)
      : isValidLabelName(target, scheme)
  if ((action === 'replace' || PLAIN_TARGET.includes(action)) && !targetFits)
    return `${quoted(target)} is invalid 'target_label' for ${action} action`
  const isEqual = action === 'keepequal' || action === 'dropequal'
  const changesCase = action === 'lowercase' || action === 'uppercase'
  if ((changesCase || isEqual) && replacement !== '$1')
    return `'replacement' can not be set for ${action} action`
  if (action === 'labelmap' && !isTemplate(replacement))
    return `${quoted(replacement)} is invalid 'replacement' for labelmap action`
  const hasSeparator = (rule.separator ?? ';') !== ';'
  if (isEqual && (rule.regex !== undefined || modulus !== 0 || hasSeparator))
    return `${action} action requires only 'source_labels' and \`target_label\`, and no other fields`
  if (action !== 'labeldrop' && action !== 'labelkeep') return undefined
  const hasSource = (rule.sourceLabels ?? []).length > 0
  if (hasSource || target !== '' || modulus !== 0 || hasSeparator || replacement !== '$1')
    return `${action} action requires only 'regex', and no other fields`
  return undefined
}
