import { pathText } from './config-errors.ts'
import { OTHER_DISCOVERIES } from './discovery-sections.ts'
import type { NotImplemented } from './settings.ts'
import { YamlScalar } from './yaml-tree.ts'
import type { YamlMapping, YamlNode, YamlTree } from './yaml-tree.ts'

// Keys that are read and checked while what they ask for has no component. A key leaves this list in the
// commit that brings its component.

const TOP_KEYS = ['tracing']

/**
 * The parts of a valid file that nothing acts on yet, in the order of the file. `scrape_config_files` is one
 * of them when the caller brought no texts of theirs.
 */
export function notImplementedParts(
  tree: YamlTree,
  hasScrapeFiles: boolean,
): readonly NotImplemented[] {
  const parts: NotImplemented[] = []
  const root = mappingOf(tree.root)
  const note = (path: (string | number)[], mapping: YamlMapping, keys: readonly string[]): void => {
    for (const key of Object.keys(mapping)) {
      if (!keys.includes(key) || asksForNothing(mapping[key])) continue
      const at = [...path, key]
      parts.push({ path: pathText(at), ...tree.position(at, 'key') })
    }
  }
  note([], root, hasScrapeFiles ? TOP_KEYS : [...TOP_KEYS, 'scrape_config_files'])
  const jobs = root['scrape_configs']
  if (Array.isArray(jobs)) {
    jobs.forEach((job, i) => note(['scrape_configs', i], mappingOf(job), OTHER_DISCOVERIES))
  }
  return parts.sort((a, b) => a.line - b.line || a.column - b.column)
}

function mappingOf(node: YamlNode | undefined): YamlMapping {
  const isMapping = node !== undefined && !Array.isArray(node) && !(node instanceof YamlScalar)
  return isMapping ? node : {}
}

/** Null, an empty list or mapping, and a flag that is off. */
function asksForNothing(node: YamlNode | undefined): boolean {
  if (node === undefined) return true
  if (node instanceof YamlScalar) return node.isNull || /^(?:false|no|off|0)$/i.test(node.text)
  return Object.keys(node).length === 0
}
