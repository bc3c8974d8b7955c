// prometheus.yml: text to settings. All mistakes of the file are reported at once.

import { quoted } from '@pharos/base'
import type { OutboundRules } from '@pharos/base'
import { Labels } from '@pharos/model'
import { alertingSettings } from './alerting-settings.ts'
import { filePath } from './codec.ts'
import { clusterConfig, clusterSection } from './cluster-section.ts'
import type { ClusterFields } from './cluster-section.ts'
import { ConfigErrors } from './config-errors.ts'
import type { Mistake } from './config-errors.ts'
import { mistakeAt } from './decode-file.ts'
import { effectiveYaml } from './effective-yaml.ts'
import { expandVariables } from './environment.ts'
import { globalSection, runtimeSection } from './global-section.ts'
import type { GlobalFields, RuntimeFields } from './global-section.ts'
import { notImplementedParts } from './not-implemented.ts'
import { outboundSection } from './outbound-section.ts'
import { checkRelabelRules } from './relabel-section.ts'
import {
  alertingSection,
  otlpSection,
  remoteReadSection,
  remoteWriteSection,
  tracingSection,
} from './remote-sections.ts'
import type {
  AlertingFields,
  OtlpFields,
  RemoteReadFields,
  RemoteWriteFields,
} from './remote-sections.ts'
import { checkJob, inheritGlobal, scrapeSection, scrapeSettings } from './scrape-section.ts'
import type { ScrapeFields } from './scrape-section.ts'
import { decode, list, section } from './section.ts'
import type { Refuse } from './section.ts'
import type { PrometheusConfig } from './settings.ts'
import { readYaml } from './yaml-tree.ts'
import { otlpSettings, remoteReadSettings, remoteWriteSettings } from './remote-settings.ts'
import { storageRemoteWrite } from './storage-remote-section.ts'
import { storageSection, storageSettings } from './storage-section.ts'
import type { StorageFields } from './storage-section.ts'

export interface LoadOptions {
  /** Name for messages. */
  readonly file: string
  /** What relative paths in the file start from. */
  readonly baseDirectory: string
  /** For `${VAR}` in external labels; none when left out. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Refuses what an agent cannot do: alerting, rules, remote read. */
  readonly isAgent?: boolean
  /** Texts of the files that `scrape_config_files` matched. */
  readonly scrapeFiles?: readonly ScrapeFile[]
}

export interface ScrapeFile {
  readonly file: string
  readonly baseDirectory: string
  readonly text: string
}

interface ConfigFields {
  global: GlobalFields
  runtime: RuntimeFields
  alerting: AlertingFields
  rule_files: readonly string[]
  scrape_config_files: readonly string[]
  scrape_configs: readonly ScrapeFields[]
  storage: StorageFields
  tracing: object | undefined
  remote_write: readonly RemoteWriteFields[]
  remote_read: readonly RemoteReadFields[]
  otlp: OtlpFields
  outbound: OutboundRules
  cluster: ClusterFields | undefined
}

const jobList = list(scrapeSection, 'empty or null scrape config section')

const configSection = section<ConfigFields>(
  {
    global: { ...globalSection, omitZero: false },
    runtime: runtimeSection,
    alerting: alertingSection,
    rule_files: list(filePath()),
    scrape_config_files: list(filePath()),
    scrape_configs: jobList,
    storage: storageSection,
    tracing: tracingSection,
    remote_write: list(remoteWriteSection, 'empty or null remote write config section'),
    remote_read: list(remoteReadSection, 'empty or null remote read config section'),
    otlp: otlpSection,
    outbound: outboundSection,
    cluster: clusterSection,
  },
  { check: checkWhole },
)

/** Cross-checks between sections. @source config Config.UnmarshalYAML and Load */
function checkWhole(value: Partial<ConfigFields>, refuse: Refuse): void {
  const global = knownGlobal(value.global)
  const scheme = global.metric_name_validation_scheme || 'utf8'
  checkPatterns(value.rule_files, 'rule file', 'rule_files', refuse)
  checkPatterns(value.scrape_config_files, 'scrape config file', 'scrape_config_files', refuse)
  checkJobs(value.scrape_configs, global, refuse)
  const { alerting } = value
  const rules = alerting?.alert_relabel_configs
  checkRelabelRules(rules, scheme, refuse, 'alerting', 'alert_relabel_configs')
  alerting?.alertmanagers?.forEach((manager, i) => {
    for (const key of ['relabel_configs', 'alert_relabel_configs'] as const)
      checkRelabelRules(manager?.[key], scheme, refuse, 'alerting', 'alertmanagers', i, key)
  })
  value.remote_write?.forEach((remote, i) => {
    checkRelabelRules(
      remote?.write_relabel_configs,
      scheme,
      refuse,
      'remote_write',
      i,
      'write_relabel_configs',
    )
  })
  checkRemoteNames(value.remote_write, 'write', refuse)
  checkRemoteNames(value.remote_read, 'read', refuse)
  const strategy = value.otlp?.translation_strategy ?? ''
  if (scheme === 'legacy' && strategy.startsWith('No'))
    refuse(
      `OTLP translation strategy ${quoted(strategy)} is not allowed when UTF8 is disabled`,
      'otlp',
      'translation_strategy',
    )
}

/** The global section with defaults where a key did not decode. */
function knownGlobal(global: Partial<GlobalFields> | undefined): GlobalFields {
  const known = Object.entries(global ?? {}).filter(([, part]) => part !== undefined)
  return { ...globalSection.defaults(), ...(Object.fromEntries(known) as Partial<GlobalFields>) }
}

function checkPatterns(
  patterns: readonly (string | undefined)[] | undefined,
  what: string,
  key: string,
  refuse: Refuse,
): void {
  patterns?.forEach((pattern, i) => {
    // A glob may only stand in the last part of a path.
    if (pattern !== undefined && !/^[^*]*(\*[^/]*)?$/.test(pattern))
      refuse(`invalid ${what} path ${quoted(pattern)}`, key, i)
  })
}

function checkJobs(
  jobs: readonly (Partial<ScrapeFields> | undefined)[] | undefined,
  global: GlobalFields,
  refuse: Refuse,
): void {
  const names = new Set<string>()
  jobs?.forEach((job, i) => {
    if (job === undefined) return
    checkJob(job, global, (message, ...at) => refuse(message, 'scrape_configs', i, ...at))
    const name = job.job_name ?? ''
    if (name !== '' && names.has(name))
      refuse(
        `found multiple scrape configs with job name ${quoted(name)}`,
        'scrape_configs',
        i,
        'job_name',
      )
    names.add(name)
  })
}

function checkRemoteNames(
  remotes: readonly ({ readonly name: string } | undefined)[] | undefined,
  direction: 'write' | 'read',
  refuse: Refuse,
): void {
  const names = new Set<string>()
  remotes?.forEach((remote, i) => {
    const name = remote?.name ?? ''
    if (name !== '' && names.has(name))
      refuse(
        `found multiple remote ${direction} configs with job name ${quoted(name)}`,
        `remote_${direction}`,
        i,
        'name',
      )
    names.add(name)
  })
}

/**
 * Reads a configuration.
 *
 * @param fileText  YAML; every scalar is text until its key says otherwise
 * @returns settings with durations in ms, sizes in bytes, compiled relabel rules, resolved paths
 * @throws ConfigErrors with every mistake of the file
 * @source config.Load and LoadFile; cases in conformance/config
 */
export function loadConfig(fileText: string, options: LoadOptions): PrometheusConfig {
  const tree = readYaml(fileText, options.file)
  const result = decode(configSection, tree.root)
  const mistakes: Mistake[] = []
  if ('issues' in result) {
    for (const issue of result.issues) mistakes.push(mistakeAt(issue, tree, options.file))
    throw new ConfigErrors(mistakes)
  }
  const fields = configSection.inDirectory(result.value, options.baseDirectory)
  if (options.isAgent === true) {
    for (const key of forbiddenInAgent(fields)) {
      const message = `field ${key} is not allowed in agent mode`
      mistakes.push({ file: options.file, ...tree.position([key], 'key'), path: '', message })
    }
  }
  const { global } = fields
  const jobs = fields.scrape_configs.map((job) => inheritGlobal(job, global))
  const more = readScrapeFiles(options.scrapeFiles ?? [], jobs, global, mistakes)
  if (mistakes.length > 0) throw new ConfigErrors(mistakes)
  const externalLabels = Labels.of(
    [...global.external_labels].map(
      ([name, value]) => [name, expandVariables(value, options.environment ?? {})] as const,
    ),
  )
  const effective: ConfigFields = {
    ...fields,
    global: { ...global, external_labels: externalLabels },
    scrape_configs: jobs,
  }
  return {
    global: {
      scrapeIntervalMs: global.scrape_interval,
      scrapeTimeoutMs: global.scrape_timeout,
      evaluationIntervalMs: global.evaluation_interval,
      ruleQueryOffsetMs: global.rule_query_offset,
      externalLabels,
      queryLogFile: global.query_log_file,
    },
    ruleFiles: fields.rule_files,
    scrapeConfigFiles: fields.scrape_config_files,
    scrapeConfigs: [...jobs, ...more].map(scrapeSettings),
    alerting: alertingSettings(
      fields.alerting,
      global.metric_name_validation_scheme === 'legacy' ? 'legacy' : 'utf8',
    ),
    storage: storageSettings(fields.storage),
    remoteWrite: remoteWriteSettings(
      [...fields.remote_write, ...storageRemoteWrite(fields.storage.remote)],
      global,
    ),
    remoteRead: remoteReadSettings(fields.remote_read),
    otlp: otlpSettings(fields.otlp),
    outbound: fields.outbound,
    cluster: clusterConfig(fields.cluster),
    notImplemented: notImplementedParts(tree, options.scrapeFiles !== undefined),
    yaml: effectiveYaml(configSection.show(effective)),
  }
}

function forbiddenInAgent(fields: ConfigFields): string[] {
  const { alerting } = fields
  const forbidden: string[] = []
  if (alerting.alertmanagers.length + alerting.alert_relabel_configs.length > 0)
    forbidden.push('alerting')
  if (fields.rule_files.length > 0) forbidden.push('rule_files')
  if (fields.remote_read.length > 0) forbidden.push('remote_read')
  return forbidden
}

/** Jobs of the files that scrape_config_files names; mistakes are added to `mistakes`. */
function readScrapeFiles(
  files: readonly ScrapeFile[],
  mainJobs: readonly ScrapeFields[],
  global: GlobalFields,
  mistakes: Mistake[],
): readonly ScrapeFields[] {
  const owners = new Map(mainJobs.map((job) => [job.job_name, 'main config file']))
  const jobs: ScrapeFields[] = []
  for (const { file, baseDirectory, text: fileText } of files) {
    const fileSection = section<Pick<ConfigFields, 'scrape_configs'>>(
      { scrape_configs: jobList },
      { check: (value, refuse) => checkJobs(value.scrape_configs, global, refuse) },
    )
    try {
      const tree = readYaml(fileText, file)
      const result = decode(fileSection, tree.root)
      if ('issues' in result) {
        for (const issue of result.issues) mistakes.push(mistakeAt(issue, tree, file))
        continue
      }
      const value = fileSection.inDirectory(result.value, baseDirectory)
      value.scrape_configs.forEach((job, i) => {
        const owner = owners.get(job.job_name)
        if (owner !== undefined) {
          const { line, column } = tree.position(['scrape_configs', i, 'job_name'], 'value')
          const twice = `found multiple scrape configs with job name ${quoted(job.job_name)}`
          const message = `${twice}, first found in ${owner}`
          mistakes.push({ file, line, column, path: `scrape_configs[${i}].job_name`, message })
        }
        owners.set(job.job_name, quoted(file))
        jobs.push(inheritGlobal(job, global))
      })
    } catch (error) {
      if (!(error instanceof ConfigErrors)) throw error
      mistakes.push(...error.mistakes)
    }
  }
  return jobs
}
