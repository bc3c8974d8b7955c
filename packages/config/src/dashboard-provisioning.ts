// Grafana's provisioning file for dashboards: where files of dashboards lie, and in which folder they are shown.

import { ConfigErrors, pathText } from './config-errors.ts'
import type { Path } from './config-errors.ts'
import { readYaml, YamlScalar } from './yaml-tree.ts'
import type { YamlMapping, YamlNode, YamlTree } from './yaml-tree.ts'

interface DashboardProvider {
  readonly name: string
  /** Title of the folder, '' for the top. */
  readonly folder: string
  /** Absolute, or from the directory of the file on. */
  readonly directory: string
}

/**
 * The providers of a provisioning file. Ours read files only; `foldersFromFilesStructure` is how directories are always
 * read here, and what says how Grafana looks for changes (`updateIntervalSeconds`, `allowUiUpdates`) has no use.
 *
 * @param directory  for relative paths
 * @throws ConfigErrors for what is no YAML, a provider without a path, or of another type than `file`
 * @source Grafana's documentation, "Provision Grafana", dashboards
 */
export function readDashboardProviders(
  text: string,
  file: string,
  directory: string,
): readonly DashboardProvider[] {
  const tree = readYaml(text, file)
  const { providers } = mapping(tree.root)
  const mistake = (path: Path, message: string) => mistakeAt(tree, file, path, message)
  if (providers === undefined) return []
  if (!Array.isArray(providers)) throw mistake(['providers'], 'wants a list of providers')
  return providers.map((node, index) => {
    const provider = mapping(node)
    const at = ['providers', index]
    const type = scalar(provider['type']) || 'file'
    if (type !== 'file')
      throw mistake([...at, 'type'], `wants file, has ${JSON.stringify(type.slice(0, 80))}`)
    const path = scalar(mapping(provider['options'])['path'])
    if (path === '') throw mistake([...at, 'options'], 'wants a path')
    return {
      name: scalar(provider['name']),
      folder: scalar(provider['folder']),
      directory: (path.startsWith('/') ? path : `${directory}/${path}`).replace(/(?<=.)\/+$/, ''),
    }
  })
}

function mistakeAt(tree: YamlTree, file: string, path: Path, message: string): ConfigErrors {
  return new ConfigErrors([
    { file, path: pathText(path), message, ...tree.position(path, 'value') },
  ])
}

function mapping(node: YamlNode | undefined): YamlMapping {
  return node === undefined || Array.isArray(node) || node instanceof YamlScalar ? {} : node
}

function scalar(node: YamlNode | undefined): string {
  return node instanceof YamlScalar && !node.isNull ? node.text : ''
}
