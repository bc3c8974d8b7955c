// One scrape of the machine: every enabled collector in turn, each on a page of its own that is taken over
// only when the collector came to its end.

import { type Clock, type Logger, messageOf, silentLogger } from '@pharos/base'
import { type MetricFamily, writeText } from '@pharos/exposition'
import { type Collect, type Collector, NoData } from './collector.ts'
import { COLLECTORS } from './collectors.ts'
import { type HostDisk, HostFiles } from './host-files.ts'
import { DEFAULT_OPTIONS, type HostOptions, type Search } from './options.ts'
import { Page } from './page.ts'

export interface HostExporterSettings {
  readonly disk: HostDisk
  readonly clock: Clock
  readonly logger?: Logger
  /** `--path.procfs`, default `/proc`. */
  readonly procPath?: string
  readonly sysPath?: string
  readonly rootfsPath?: string
  readonly udevPath?: string
  /** Enables (true) or disables (false) collectors by name, over their defaults. */
  readonly collectors?: Readonly<Record<string, boolean>>
  /** `--collector.disable-defaults`: only what `collectors` names. */
  readonly disableDefaults?: boolean
  readonly options?: Partial<HostOptions>
  /** For node_exporter_build_info. */
  readonly version?: string
  readonly revision?: string
}

/** Which collectors one request wants; at most one of the two may be given. */
export interface HostSelection {
  /** `collect[]`: only these. */
  readonly collect?: readonly string[]
  /** `exclude[]`: all enabled ones but these. */
  readonly exclude?: readonly string[]
}

export interface HostExporter {
  /** Names of the enabled collectors, sorted. */
  readonly enabled: readonly string[]
  /** The families of one scrape, sorted by name. */
  families(selection?: HostSelection): MetricFamily[]
  /** The page in the classic text format. */
  text(selection?: HostSelection): string
}

interface Running {
  readonly name: string
  readonly collect: Collect
}

/**
 * An exporter over kernel files. Nothing is read before the first scrape; names in `collectors` that are no
 * collector are ignored here and refused by the command line.
 * @param search  for patterns that are not the defaults
 */
export function startHostExporter(settings: HostExporterSettings, search: Search): HostExporter {
  const { disk, clock, logger = silentLogger } = settings
  const files = new HostFiles(disk, {
    proc: settings.procPath ?? '/proc',
    sys: settings.sysPath ?? '/sys',
    root: settings.rootfsPath ?? '/',
    udev: settings.udevPath ?? '/run/udev/data',
  })
  const options = { ...DEFAULT_OPTIONS, ...settings.options }
  const isEnabled = ({ name, isDefault, isWanted }: Collector) =>
    isWanted?.(options) ??
    settings.collectors?.[name] ??
    (isDefault && settings.disableDefaults !== true)
  const running: Running[] = COLLECTORS.filter(isEnabled).map((collector) => ({
    name: collector.name,
    collect: collector.start({ files, clock, options, search }),
  }))

  const families = (selection: HostSelection = {}): MetricFamily[] => {
    const page = new Page()
    for (const collector of running) {
      if (selection.collect !== undefined && !selection.collect.includes(collector.name)) continue
      if (selection.exclude?.includes(collector.name) === true) continue
      runOne(collector, page, clock, logger)
    }
    buildInfo(page, settings)
    return page.families()
  }
  return {
    enabled: running.map(({ name }) => name).sort(),
    families,
    text: (selection) => writeText(families(selection)),
  }
}

function runOne({ name, collect }: Running, page: Page, clock: Clock, logger: Logger): void {
  const startMs = clock.monotonicMs()
  const own = new Page()
  let success = 1
  try {
    collect(own)
  } catch (thrown) {
    success = 0
    const fields = { name, err: messageOf(thrown) }
    if (thrown instanceof NoData) logger.debug('collector returned no data', fields)
    else logger.error('collector failed', fields)
  }
  // What was found before a failure is kept, as in the reference.
  page.merge(own)
  const seconds = (clock.monotonicMs() - startMs) / 1000
  page.gauge(
    'node_scrape_collector_duration_seconds',
    'node_exporter: Duration of a collector scrape.',
    seconds,
    'collector',
    name,
  )
  page.gauge(
    'node_scrape_collector_success',
    'node_exporter: Whether a collector succeeded.',
    success,
    'collector',
    name,
  )
}

function buildInfo(page: Page, { version = '', revision = '' }: HostExporterSettings): void {
  page.gauge(
    'node_exporter_build_info',
    "A metric with a constant '1' value labeled by version, revision, branch, goversion from which node_exporter was built, and the goos and goarch for the build.",
    1,
    'branch',
    '',
    'goarch',
    '',
    'goos',
    'linux',
    'goversion',
    '',
    'revision',
    revision,
    'tags',
    '',
    'version',
    version,
  )
}
