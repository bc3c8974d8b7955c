// YAML without a schema: texts, numbers, booleans, null, lists and mappings, as the reference's parser reads an
// untyped value.
import { z } from 'zod'
import { ConfigErrors } from '../config-errors.ts'
import type { Codec } from '../codec.ts'
import { YamlScalar, readYaml } from '../yaml-tree.ts'
import type { YamlNode } from '../yaml-tree.ts'
import type { LooseValue } from './receiver-fields.ts'

const LOOSE_TEXT_MAX = 1_048_576

/** A key where anything may stand; undefined when it is not there. */
export function anything(): Codec<LooseValue | undefined> {
  return {
    schema: z
      .unknown()
      .transform((raw) => (raw === undefined ? undefined : looseValue(raw as YamlNode))),
    show: (value) => value,
    isZero: (value) => value === undefined,
    inDirectory: (value) => value,
    omitZero: true,
  }
}

/**
 * What a text stands for as YAML; undefined when it is no YAML or an empty document.
 * @throws nothing
 */
export function parseLooseYaml(source: string): LooseValue | undefined {
  try {
    const { root } = readYaml(source, 'text', LOOSE_TEXT_MAX)
    return root === undefined ? undefined : looseValue(root)
  } catch (error) {
    if (error instanceof ConfigErrors) return undefined
    throw error
  }
}

export function looseValue(node: YamlNode): LooseValue {
  if (Array.isArray(node)) return node.map(looseValue)
  if (node instanceof YamlScalar) return scalarValue(node)
  const mapping = Object.create(null) as Record<string, LooseValue>
  for (const [key, value] of Object.entries(node)) mapping[key] = looseValue(value)
  return mapping
}

function scalarValue(scalar: YamlScalar): LooseValue {
  const { text } = scalar
  if (!scalar.isPlain) return text
  if (scalar.isNull) return null
  if (/^(?:true|True|TRUE|yes|Yes|YES|on|On|ON|y|Y)$/.test(text)) return true
  if (/^(?:false|False|FALSE|no|No|NO|off|Off|OFF|n|N)$/.test(text)) return false
  if (/^[-+]?(?:0|[1-9][0-9_]*)$/.test(text)) {
    const whole = Number(text.replaceAll('_', ''))
    return Number.isSafeInteger(whole) ? whole : text
  }
  if (/^[-+]?(?:[0-9][0-9_]*)?\.?[0-9]+(?:[eE][-+]?[0-9]+)?$/.test(text) && /[.eE]/.test(text))
    return Number(text.replaceAll('_', ''))
  return text
}
