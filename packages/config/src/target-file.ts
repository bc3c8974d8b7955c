// Files that list targets, in JSON or YAML: what file discovery reads and HTTP discovery answers.

import { messageOf } from '@pharos/base'
import { Labels } from '@pharos/model'
import { ConfigErrors, pathText } from './config-errors.ts'
import type { Path } from './config-errors.ts'
import { decoded } from './decode-file.ts'
import { staticGroupSection } from './discovery-sections.ts'
import type { StaticGroupFields } from './discovery-sections.ts'
import { TARGET_FILE_BYTES_MAX } from './limits.ts'
import { list } from './section.ts'
import { readYaml } from './yaml-tree.ts'

/** Targets that stand together in a file, before they get a source. */
export interface ListedGroup {
  /** One label set a target, with `__address__`. */
  readonly targets: readonly Labels[]
  readonly labels: Labels
}

/**
 * The groups of a target file, in its order.
 *
 * @param file  path for messages; its ending tells the format: .json, .yml or .yaml in any case
 * @throws ConfigErrors with every mistake; half a file is one
 * @source discovery/file readFile, discovery/targetgroup
 */
export function readTargetFile(text: string, file: string): readonly ListedGroup[] {
  const ending = /\.[^./]*$/.exec(file)?.[0].toLowerCase() ?? ''
  if (ending === '.json') return readTargetJson(text, file)
  if (ending !== '.yml' && ending !== '.yaml')
    throw mistake(file, [], `invalid file extension: ${JSON.stringify(ending)}`)
  const codec = list(staticGroupSection, 'nil target group item found')
  const tree = readYaml(text, file, TARGET_FILE_BYTES_MAX)
  return decoded(codec, tree, file).map(listedGroup)
}

/** The groups of a JSON text, as file and HTTP discovery give them. @throws ConfigErrors */
export function readTargetJson(text: string, file: string): readonly ListedGroup[] {
  let root: unknown
  try {
    root = JSON.parse(text)
  } catch (error) {
    throw mistake(file, [], `not JSON: ${messageOf(error)}`)
  }
  if (root === null) return []
  if (!Array.isArray(root)) throw mistake(file, [], `wants a list, has ${describedJson(root)}`)
  return root.map((group: unknown, i) => listedGroup(jsonGroup(group, i, file)))
}

function jsonGroup(group: unknown, i: number, file: string): StaticGroupFields {
  if (group === null) throw mistake(file, [i], 'nil target group item found')
  if (typeof group !== 'object' || Array.isArray(group))
    throw mistake(file, [i], `wants an object, has ${describedJson(group)}`)
  const fields = new Map<string, unknown>(Object.entries(group))
  for (const key of fields.keys()) {
    if (key !== 'targets' && key !== 'labels') throw mistake(file, [i], `unknown key ${key}`)
  }
  const targets = fields.get('targets') ?? []
  const labels = fields.get('labels') ?? {}
  if (!Array.isArray(targets))
    throw mistake(file, [i, 'targets'], `wants a list, has ${describedJson(targets)}`)
  if (typeof labels !== 'object' || Array.isArray(labels))
    throw mistake(file, [i, 'labels'], `wants an object, has ${describedJson(labels)}`)
  const wrongTarget = targets.findIndex((target) => typeof target !== 'string')
  if (wrongTarget >= 0) {
    const what = describedJson(targets[wrongTarget])
    throw mistake(file, [i, 'targets', wrongTarget], `wants text, has ${what}`)
  }
  for (const [name, value] of Object.entries(labels)) {
    if (name === '') throw mistake(file, [i, 'labels'], '"" is not a valid label name')
    if (typeof value !== 'string')
      throw mistake(file, [i, 'labels', name], `wants text, has ${describedJson(value)}`)
  }
  // Both were looked through above.
  return {
    targets: targets as readonly string[],
    labels: Labels.from(labels as Readonly<Record<string, string>>),
  }
}

function listedGroup({ targets, labels }: StaticGroupFields): ListedGroup {
  return { targets: targets.map(addressLabels), labels }
}

/** One pair is sorted as it stands; a file may have a million of them. */
export function addressLabels(address: string): Labels {
  return address === '' ? Labels.EMPTY : new Labels(['__address__', address])
}

function mistake(file: string, path: Path, message: string): ConfigErrors {
  return new ConfigErrors([{ file, line: 1, column: 1, path: pathText(path), message }])
}

function describedJson(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : JSON.stringify(value).slice(0, 200)
}
