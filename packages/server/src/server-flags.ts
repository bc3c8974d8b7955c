import { DASHBOARD_FLAGS } from './dashboard-flags.ts'
import { EMBEDDED_ALERTMANAGER_FLAGS } from './alertmanager-flags.ts'
import { type Flag, flag, idleFlag } from './flag.ts'

export const LOG_FLAGS: readonly Flag[] = [
  flag('log.level', 'text', 'info', 'Least severity of a line that is logged.', {
    oneOf: ['debug', 'info', 'warn', 'error'],
  }),
  flag('log.format', 'text', 'logfmt', 'Form of log lines.', { oneOf: ['logfmt', 'json'] }),
]

const WEB_FLAGS: readonly Flag[] = [
  flag(
    'web.listen-address',
    'list',
    '0.0.0.0:9090',
    'Address for pages, API and telemetry; may be repeated.',
  ),
  flag('web.config.file', 'text', '', 'File with TLS and authentication settings.'),
  flag(
    'web.read-timeout',
    'duration',
    '5m',
    'Time limit for reading a request and for idle connections.',
  ),
  flag(
    'web.max-connections',
    'integer',
    '512',
    'Most connections at once, all listeners together.',
  ),
  flag(
    'web.external-url',
    'text',
    '',
    'URL under which users reach this server; its path prefixes every page.',
  ),
  flag(
    'web.route-prefix',
    'text',
    '',
    'Prefix of the routes served here; the path of the external URL when not given.',
  ),
  idleFlag('web.user-assets', 'text', '', 'Directory served under /user.'),
  flag('web.enable-lifecycle', 'bool', 'false', 'Allow reload and shutdown by HTTP.'),
  flag('web.enable-rules-api', 'bool', 'false', 'Allow rules to be changed by HTTP.'),
  flag('web.enable-admin-api', 'bool', 'false', 'Allow administration by HTTP.'),
  flag('web.enable-remote-write-receiver', 'bool', 'false', 'Accept remote write.'),
  flag(
    'web.remote-write-receiver.accepted-protobuf-messages',
    'list',
    'prometheus.WriteRequest,io.prometheus.write.v2.Request',
    'Message types of remote write that are accepted.',
  ),
  flag('web.enable-otlp-receiver', 'bool', 'false', 'Accept OTLP metrics.'),
  idleFlag('web.console.templates', 'text', 'consoles', 'Directory of console templates.'),
  idleFlag('web.console.libraries', 'text', 'console_libraries', 'Directory of console libraries.'),
  idleFlag('web.page-title', 'text', 'Pharos', 'Title of the pages.'),
  flag(
    'web.cors.origin',
    'text',
    '',
    'Regex (fully anchored) of the origins that may read across sites; none when empty.',
  ),
  flag(
    'web.max-notifications-subscribers',
    'integer',
    '16',
    'Most subscribers of live notifications.',
  ),
]

const STORAGE_FLAGS: readonly Flag[] = [
  flag('storage.tsdb.path', 'text', 'data/', 'Directory of the samples.'),
  flag(
    'storage.tsdb.retention.time',
    'duration',
    '15d',
    'How long samples are kept; 0 for no limit.',
  ),
  flag(
    'storage.tsdb.retention.size',
    'bytes',
    '0',
    'Most bytes of blocks and log, as 512MB; 0 for no limit.',
  ),
  flag('storage.tsdb.retention.percentage', 'number', '0', 'Most of the disk in per cent.'),
  flag('storage.tsdb.min-block-duration', 'duration', '2h', 'Length of a fresh block.', {
    isHidden: true,
  }),
  flag(
    'storage.tsdb.max-block-duration',
    'duration',
    '',
    'Longest block; a tenth of the retention when not given.',
    { isHidden: true },
  ),
  flag('storage.tsdb.wal-sync', 'text', 'interval', 'When the log is forced to disk.', {
    oneOf: ['interval', 'always', 'never'],
  }),
  flag(
    'storage.tsdb.max-future',
    'duration',
    '10m',
    'Samples further ahead of the clock are refused.',
  ),
  flag(
    'storage.tsdb.max-head-series',
    'integer',
    '0',
    'Most series in memory; further ones are refused. 0 for no limit.',
  ),
  flag(
    'storage.tsdb.min-free-disk',
    'bytes',
    '64MB',
    'Below this much free space the store is read-only.',
  ),
  idleFlag('storage.tsdb.no-lockfile', 'bool', 'false', 'Do without the lock on the directory.'),
  idleFlag(
    'storage.tsdb.allow-overlapping-blocks',
    'bool',
    'true',
    'Overlapping blocks are always allowed.',
  ),
  idleFlag('storage.tsdb.wal-compression', 'bool', 'true', 'Compress the log.'),
  idleFlag('storage.tsdb.wal-segment-size', 'bytes', '0', 'Size of a file of the log.'),
  idleFlag(
    'storage.tsdb.head-chunks-write-queue-size',
    'integer',
    '0',
    'Length of the queue of chunks to disk.',
  ),
  flag(
    'storage.tsdb.delay-compact-file.path',
    'text',
    '',
    'JSON file that names uploaded blocks, as a Thanos sidecar keeps it; fresh blocks that it lacks are not joined.',
  ),
  flag('storage.agent.path', 'text', 'data-agent/', 'Directory of the agent.'),
  idleFlag('storage.agent.wal-compression', 'bool', 'true', "Compress the agent's log."),
  idleFlag(
    'storage.agent.retention.min-time',
    'duration',
    '',
    'Least age of samples that the agent drops.',
  ),
  flag(
    'storage.agent.retention.max-time',
    'duration',
    '',
    'Age at which the agent drops samples in any case.',
  ),
  idleFlag(
    'storage.agent.no-lockfile',
    'bool',
    'false',
    "Do without the lock on the agent's directory.",
  ),
  flag(
    'storage.remote.flush-deadline',
    'duration',
    '1m',
    'Time for flushing remote samples at shutdown.',
  ),
  flag('storage.remote.read-sample-limit', 'number', '5e7', 'Most samples of one remote read.'),
  flag('storage.remote.read-concurrent-limit', 'integer', '10', 'Most remote reads at once.'),
  flag(
    'storage.remote.read-max-bytes-in-frame',
    'integer',
    '1048576',
    'Largest frame of a streamed remote read.',
  ),
]

const EVALUATION_FLAGS: readonly Flag[] = [
  flag('query.lookback-delta', 'duration', '5m', 'How far an instant selector looks back.'),
  flag('query.timeout', 'duration', '2m', 'Longest time of a query.'),
  flag('query.max-concurrency', 'integer', '20', 'Most queries at once.'),
  flag('query.max-samples', 'integer', '50000000', 'Most samples that one query may hold.'),
  flag(
    'query.max-memory',
    'bytes',
    '2GB',
    'Most memory that the columns of one query may take; 0 for no limit.',
  ),
  flag(
    'rules.alert.for-outage-tolerance',
    'duration',
    '1h',
    'Longest outage after which the state of alerts is restored.',
  ),
  flag(
    'rules.alert.for-grace-period',
    'duration',
    '10m',
    'Least time between a restored state and an alert.',
  ),
  flag(
    'rules.alert.resend-delay',
    'duration',
    '1m',
    'Least time between two sendings of one alert.',
  ),
  flag(
    'rules.directory',
    'text',
    '',
    'Where rules that are changed by HTTP are written; empty for rules/ below the samples.',
  ),
  flag('rules.max-concurrent-evals', 'integer', '4', 'Most independent rules at once.'),
  ...EMBEDDED_ALERTMANAGER_FLAGS,
]

const OTHER_FLAGS: readonly Flag[] = [
  flag('config.file', 'text', 'prometheus.yml', 'The configuration file.'),
  flag('shard', 'text', '', 'Scrape only part i of n of the targets, i from 0: `0/3`.', {
    pattern: /^(?:\d+\/[1-9]\d*)?$/,
  }),
  flag('config.auto-reload', 'bool', 'false', 'Reload the configuration when its file changes.'),
  flag('config.auto-reload-interval', 'duration', '30s', 'How often the file is looked at.'),
  flag('agent', 'bool', 'false', 'Run as an agent: scrape and remote write only.'),
  idleFlag('auto-gomaxprocs', 'bool', 'true', 'Of Go: without meaning here.'),
  flag(
    'auto-memory-limit',
    'bool',
    'true',
    "Near the container's or the machine's memory new series are refused.",
  ),
  flag(
    'auto-memory-limit.ratio',
    'number',
    '0.9',
    'Share of that memory which may be taken; 0 for no limit.',
  ),
  flag('auto-gomemlimit', 'bool', 'true', 'The reference’s name for auto-memory-limit.'),
  flag('auto-gomemlimit.ratio', 'number', '0.9', 'Likewise.'),
  idleFlag('auto-gomemlimit.refresh-interval', 'duration', '0', 'Of Go: without meaning here.'),
  idleFlag(
    'scrape.name-escaping-scheme',
    'text',
    'values',
    'How names that are not legacy names are escaped.',
  ),
  flag(
    'scrape.timestamp-tolerance',
    'duration',
    '2ms',
    'Scrape times this near to their grid are set to it.',
    { isHidden: true },
  ),
  idleFlag(
    'scrape.discovery-reload-interval',
    'duration',
    '5s',
    'Least time between two changes of targets.',
  ),
  flag('enable-feature', 'list', '', 'Names of features to switch on, separated by commas.'),
]

/** The flags of `pharos server` and `pharos up`: every one of Prometheus 3.14's, and ours. */
export const SERVER_FLAGS: readonly Flag[] = [
  ...OTHER_FLAGS,
  ...WEB_FLAGS,
  ...STORAGE_FLAGS,
  ...EVALUATION_FLAGS,
  ...DASHBOARD_FLAGS,
  ...LOG_FLAGS,
]

/** The flags of `pharos agent`: those of the server. */
export const AGENT_FLAGS: readonly Flag[] = SERVER_FLAGS.map((one) =>
  one.name === 'agent' ? { ...one, standard: 'true' } : one,
)

/** The flags of `pharos node`, without the switches of its collectors. */
export const NODE_FLAGS: readonly Flag[] = [
  flag('web.listen-address', 'list', ':9100', 'Address for telemetry; may be repeated.'),
  flag('web.telemetry-path', 'text', '/metrics', 'Path of the metrics.'),
  flag(
    'web.disable-exporter-metrics',
    'bool',
    'false',
    'Leave out the metrics of the exporter itself.',
  ),
  flag('web.max-requests', 'integer', '40', 'Most scrapes at once; 0 for no limit.'),
  flag('web.config.file', 'text', '', 'File with TLS and authentication settings.'),
  flag(
    'probe.config.file',
    'text',
    '',
    "Modules of /probe, in the blackbox exporter's format; without it there are no probes.",
  ),
  flag(
    'probe.deny',
    'list',
    'metadata',
    'Where probes may not go: addresses, networks, names, words as in outbound.',
  ),
  idleFlag('web.systemd-socket', 'bool', 'false', 'Listen on sockets that systemd hands over.'),
  idleFlag('runtime.gomaxprocs', 'integer', '1', 'Of Go: without meaning here.'),
  flag('path.procfs', 'text', '/proc', 'Where procfs is mounted.'),
  flag('path.sysfs', 'text', '/sys', 'Where sysfs is mounted.'),
  flag('path.rootfs', 'text', '/', 'Where the root file system is mounted.'),
  idleFlag('path.udev.data', 'text', '/run/udev/data', "Where udev's data lie."),
  flag(
    'collector.disable-defaults',
    'bool',
    'false',
    'Start from no collector instead of the default ones.',
  ),
  ...LOG_FLAGS,
]
