import { OutsideError, UserError, type World } from '@pharos/base'
import { readDashboardProviders } from '@pharos/config'
import type { ReadOnlySource } from '@pharos/dashboards/store'

const FILE_BYTES_MAX = 1024 * 1024

/**
 * Directories of dashboards that the provisioning files of a directory name: `*.yml` and `*.yaml` in it, or in
 * `dashboards/` below it, as Grafana's own directory is laid out.
 *
 * @throws ConfigErrors for a file that cannot be read as one; OutsideError when the directory is not there
 */
export function provisionedSources(world: World, directory: string): readonly ReadOnlySource[] {
  if (directory === '') return []
  const root = directory.replace(/(?<=.)\/+$/, '')
  const below = `${root}/dashboards`
  const own = yamlFiles(world, root)
  const files = own.length > 0 ? own : filesIfThere(world, below)
  return files.flatMap((path) =>
    readDashboardProviders(textOf(world, path), path, path.slice(0, path.lastIndexOf('/'))).map(
      ({ folder, directory: where }) => ({ folder, directory: where }),
    ),
  )
}

function filesIfThere(world: World, directory: string): string[] {
  try {
    return yamlFiles(world, directory)
  } catch (error) {
    if (error instanceof OutsideError && error.code === 'disk/enoent') return []
    throw error
  }
}

function yamlFiles(world: World, directory: string): string[] {
  return world.disk
    .listSync(directory)
    .filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.'))
    .sort()
    .map((name) => `${directory}/${name}`)
}

function textOf(world: World, path: string): string {
  const bytes = world.disk.statSync(path)?.bytes ?? 0
  if (bytes > FILE_BYTES_MAX)
    throw new UserError(
      'flag/invalid',
      `--dashboards.provisioning: ${path} has ${bytes} bytes, at most ${FILE_BYTES_MAX}`,
    )
  return world.disk.readTextSync(path)
}
