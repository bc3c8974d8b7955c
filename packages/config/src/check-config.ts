// What `promtool check config` says about a file: its words on both streams, and whether it is valid.

import { messageOf, OutsideError, quoted, UserError } from '@pharos/base'
import type { Disk } from '@pharos/base'
import { Labels, LabelsBuilder } from '@pharos/model'
import type { TargetGroup } from '@pharos/model'
import { loadConfigFile, readText } from './config-file.ts'
import type { FileOptions } from './config-file.ts'
import { matchingPaths, pathPattern } from './glob.ts'
import { loadConfig } from './prometheus-config.ts'
import { relabel } from './relabel.ts'
import type { PrometheusConfig, ScrapeSettings } from './settings.ts'
import { readTargetFile } from './target-file.ts'

export interface CheckOptions extends FileOptions {
  /** Looks at no other file than the configuration itself. */
  readonly syntaxOnly?: boolean
}

export interface ConfigCheck {
  readonly isValid: boolean
  /** For standard output; whole lines. */
  readonly output: string
  /** For standard error; whole lines. */
  readonly errors: string
  /** Files that rule_files matched, whose rules are checked elsewhere. */
  readonly ruleFiles: readonly string[]
}

/**
 * Checks a configuration file and, unless only its syntax is asked for, that what it names is there.
 * @source cmd/promtool CheckConfig
 */
export async function checkConfig(file: string, options: CheckOptions): Promise<ConfigCheck> {
  const lines = [`Checking ${file}`]
  try {
    const { ruleFiles, warnings } = await checkParts(file, options)
    lines.push(...warnings.map((warning) => `  WARNING: ${warning}`))
    if (ruleFiles.length > 0) lines.push(`  SUCCESS: ${ruleFiles.length} rule files found`)
    lines.push(` SUCCESS: ${file} is valid prometheus config file syntax`, '')
    return { isValid: true, output: `${lines.join('\n')}\n`, errors: '', ruleFiles }
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof OutsideError)) throw error
    // `messageOf` would cut a long list of mistakes.
    const [first, ...more] = error.message.split('\n')
    const errors = [`  FAILED: ${first}`, ...more.map((line) => `          ${line}`)].join('\n')
    return {
      isValid: false,
      output: `${lines.join('\n')}\n\n`,
      errors: `${errors}\n`,
      ruleFiles: [],
    }
  }
}

interface Parts {
  readonly ruleFiles: readonly string[]
  readonly warnings: readonly string[]
}

async function checkParts(file: string, options: CheckOptions): Promise<Parts> {
  if (options.syntaxOnly === true) {
    const { disk, syntaxOnly: _, ...others } = options
    const baseDirectory = pathPattern(file).directory
    const text = await readText(disk, file)
    const config = loadConfig(text, { file, baseDirectory, ...others })
    for (const job of config.scrapeConfigs) checkTargets(job.staticGroups, job)
    return { ruleFiles: [], warnings: [] }
  }
  const config = await loadConfigFile(file, options)
  const ruleFiles = await foundRuleFiles(config, options.disk)
  const warnings: string[] = []
  for (const job of config.scrapeConfigs) {
    await checkFiles(job, options.disk)
    checkTargets(job.staticGroups, job)
    await checkTargetFiles(job, options.disk, warnings)
  }
  return { ruleFiles, warnings }
}

async function foundRuleFiles(config: PrometheusConfig, disk: Disk): Promise<readonly string[]> {
  const found: string[] = []
  for (const pattern of config.ruleFiles) {
    const paths = await matchingPaths(disk, pattern)
    if (paths.length === 0 && !pattern.includes('*'))
      throw new UserError(
        'config/missing-file',
        `${quoted(pattern)} does not point to an existing file`,
      )
    found.push(...paths)
  }
  return found
}

async function checkFiles(job: ScrapeSettings, disk: Disk): Promise<void> {
  const { authorization, tls } = job.http
  const named = [
    ['authorization credentials or bearer token file', authorization?.credentialsFile],
    ['client cert file', tls.certFile],
    ['client key file', tls.keyFile],
  ] as const
  for (const [what, path] of named) {
    if (path === undefined || path === '' || (await disk.stat(path)) !== undefined) continue
    const reason = `stat ${path}: no such file or directory`
    throw new UserError('config/missing-file', `error checking ${what} ${quoted(path)}: ${reason}`)
  }
}

async function checkTargetFiles(
  job: ScrapeSettings,
  disk: Disk,
  warnings: string[],
): Promise<void> {
  for (const pattern of job.fileDiscoveries.flatMap((discovery) => discovery.files)) {
    const paths = await matchingPaths(disk, pattern)
    for (const path of paths) {
      try {
        const groups = readTargetFile(await readText(disk, path), path)
        checkTargets(
          groups.map((group, i) => ({ ...group, source: `${path}:${i}` })),
          job,
        )
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        const reason = messageOf(error)
        throw new UserError('config/target-file', `checking SD file ${quoted(pattern)}: ${reason}`)
      }
    }
    if (paths.length === 0)
      warnings.push(
        `file ${quoted(pattern)} for file_sd in scrape job ${quoted(job.jobName)} does not exist`,
      )
  }
}

/** A target that relabelling keeps has to have an address. */
function checkTargets(groups: readonly TargetGroup[], job: ScrapeSettings): void {
  const defaults = Labels.from({
    job: job.jobName,
    __scrape_interval__: `${job.scrapeIntervalMs}ms`,
    __scrape_timeout__: `${job.scrapeTimeoutMs}ms`,
    __metrics_path__: job.metricsPath,
    __scheme__: job.scheme,
  })
  for (const group of groups) {
    group.targets.forEach((target, i) => {
      const labels = new LabelsBuilder(defaults)
      for (const [name, value] of group.labels) labels.set(name, value)
      for (const [name, value] of target) labels.set(name, value)
      const result = relabel(labels.labels(), job.relabelRules)
      if (result !== undefined && result.get('__address__') === '')
        throw new UserError(
          'config/no-address',
          `instance ${i} in group ${group.source}: no address`,
        )
    })
  }
}
