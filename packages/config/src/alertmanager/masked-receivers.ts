// Receivers as they stand in a file, with signs in place of secrets: what pages may show.
import { decode } from '../section.ts'
import type { Codec } from '../codec.ts'
import { readYaml, YamlScalar } from '../yaml-tree.ts'
import type { YamlMapping, YamlNode } from '../yaml-tree.ts'
import { looseValue } from './loose-yaml.ts'
import type { LooseValue, ReceiverKind } from './receiver-fields.ts'
import { RECEIVER_SECTIONS } from './receiver-sections.ts'

interface MaskedReceiver {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly integrations: readonly { readonly kind: string; readonly settings: LooseValue }[]
}

/** @throws ConfigErrors when the text is no YAML */
export function maskedReceivers(fileText: string, file: string): readonly MaskedReceiver[] {
  const receivers = part(readYaml(fileText, file).root, 'receivers')
  if (!Array.isArray(receivers)) return []
  return receivers.map((receiver) => ({
    name: textOf(part(receiver, 'name')),
    labels: labelsOf(part(receiver, 'labels')),
    integrations: (Object.keys(RECEIVER_SECTIONS) as ReceiverKind[]).flatMap((kind) => {
      const list = part(receiver, `${kind}_configs`)
      if (!Array.isArray(list)) return []
      return list.map((node) => ({ kind, settings: masked(kind, node) }))
    }),
  }))
}

function part(node: YamlNode | undefined, key: string): YamlNode | undefined {
  if (node === undefined || node instanceof YamlScalar || Array.isArray(node)) return undefined
  return (node as YamlMapping)[key]
}

function textOf(node: YamlNode | undefined): string {
  return node instanceof YamlScalar ? node.text : ''
}

function labelsOf(node: YamlNode | undefined): Readonly<Record<string, string>> {
  if (node === undefined || node instanceof YamlScalar || Array.isArray(node)) return {}
  return Object.fromEntries(Object.entries(node).map(([key, one]) => [key, textOf(one)]))
}

/** What the schema hides is hidden; a file that does not decode shows no texts at all. */
function masked(kind: ReceiverKind, node: YamlNode): LooseValue {
  const codec = RECEIVER_SECTIONS[kind] as Codec<unknown>
  const result = decode(codec, node)
  const shown = 'value' in result ? codec.show(result.value) : undefined
  return hidden(looseValue(node), shown, shown === undefined)
}

function hidden(value: LooseValue, shown: unknown, hidesAll: boolean): LooseValue {
  if (shown === '<secret>') return '<secret>'
  if (Array.isArray(value)) {
    const list = Array.isArray(shown) ? (shown as readonly unknown[]) : []
    return (value as readonly LooseValue[]).map((one, i) => hidden(one, list[i], hidesAll))
  }
  if (typeof value === 'object' && value !== null) {
    const fields = (typeof shown === 'object' && shown !== null ? shown : {}) as Readonly<
      Record<string, unknown>
    >
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        key,
        hidden(one, Object.hasOwn(fields, key) ? fields[key] : undefined, hidesAll),
      ]),
    )
  }
  return hidesAll && typeof value === 'string' ? '<secret>' : value
}
