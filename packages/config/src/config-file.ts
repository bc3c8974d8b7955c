// Configurations on disk: the main file and the ones that scrape_config_files adds.

import { messageOf, OutsideError } from '@pharos/base'
import type { Disk } from '@pharos/base'
import { ConfigErrors } from './config-errors.ts'
import { matchingPaths, pathPattern } from './glob.ts'
import { CONFIG_BYTES_MAX } from './limits.ts'
import { loadConfig } from './prometheus-config.ts'
import type { LoadOptions, ScrapeFile } from './prometheus-config.ts'
import type { PrometheusConfig } from './settings.ts'

export interface FileOptions {
  readonly disk: Disk
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly isAgent?: boolean
}

/**
 * Reads a configuration and the scrape configurations that it adds from other files.
 * @throws ConfigErrors with every mistake of all files; OutsideError when the file itself cannot be read
 */
export async function loadConfigFile(
  file: string,
  options: FileOptions,
): Promise<PrometheusConfig> {
  const { disk, ...others } = options
  const text = await readText(disk, file)
  const load: LoadOptions = { file, baseDirectory: pathPattern(file).directory, ...others }
  const config = loadConfig(text, load)
  if (config.scrapeConfigFiles.length === 0) return config
  const scrapeFiles: ScrapeFile[] = []
  for (const pattern of config.scrapeConfigFiles) {
    for (const path of await matchingPaths(disk, pattern))
      scrapeFiles.push({
        file: path,
        baseDirectory: pathPattern(path).directory,
        text: await readPart(disk, path),
      })
  }
  return loadConfig(text, { ...load, scrapeFiles })
}

/** @throws OutsideError; ConfigErrors when the bytes are not UTF-8 */
export async function readText(disk: Disk, file: string): Promise<string> {
  const bytes = await disk.readFile(file, CONFIG_BYTES_MAX)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw unreadable(file, 'not UTF-8 text')
  }
}

async function readPart(disk: Disk, file: string): Promise<string> {
  try {
    return await readText(disk, file)
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error
    throw unreadable(file, messageOf(error))
  }
}

function unreadable(file: string, message: string): ConfigErrors {
  return new ConfigErrors([{ file, line: 1, column: 1, path: '', message }])
}
