// Flags of the alert manager: alone, with the reference's names, and inside the server.
import { type Flag, flag, idleFlag } from './flag.ts'

const CLUSTER: readonly (readonly [string, Flag['kind'], string])[] = [
  ['cluster.listen-address', 'text', ''],
  ['cluster.advertise-address', 'text', ''],
  ['cluster.peer', 'list', ''],
  ['cluster.peer-name', 'text', ''],
  ['cluster.peer-timeout', 'text', '15s'],
  ['cluster.peers-resolve-timeout', 'text', '15s'],
  ['cluster.gossip-interval', 'text', '200ms'],
  ['cluster.pushpull-interval', 'text', '1m0s'],
  ['cluster.tcp-timeout', 'text', '10s'],
  ['cluster.probe-timeout', 'text', '500ms'],
  ['cluster.probe-interval', 'text', '1s'],
  ['cluster.settle-timeout', 'text', '1m0s'],
  ['cluster.reconnect-interval', 'text', '10s'],
  ['cluster.reconnect-timeout', 'text', '6h0m0s'],
  ['cluster.tls-config', 'text', ''],
  ['cluster.allow-insecure-public-advertise-address-discovery', 'bool', 'false'],
  ['cluster.label', 'text', ''],
]

/** `pharos alertmanager`. */
export const ALERTMANAGER_FLAGS: readonly Flag[] = [
  flag('config.file', 'text', 'alertmanager.yml', 'The configuration file.'),
  flag('storage.path', 'text', 'data/', 'Directory of silences, alerts and what was said.'),
  flag('data.retention', 'duration', '120h', 'How long they are kept.'),
  flag('history.retention', 'duration', '30d', 'How long the history is kept.'),
  idleFlag('data.maintenance-interval', 'duration', '15m', 'Of snapshots: journals have none.'),
  idleFlag('alerts.gc-interval', 'duration', '30m', 'Resolved alerts go every quarter of an hour.'),
  idleFlag('alerts.per-alertname-limit', 'integer', '0', 'Most alerts of one name.'),
  flag('silences.max-silences', 'integer', '0', 'Most silences; 0 for 10,000.'),
  flag('silences.max-silence-size-bytes', 'integer', '0', 'Largest silence; 0 for 32 KiB.'),
  flag('dispatch.start-delay', 'duration', '0s', 'Send nothing for so long after a start.'),
  idleFlag('dispatch.maintenance-interval', 'duration', '30s', 'How often empty groups go.'),
  flag('web.listen-address', 'list', ':9093', 'Address of API and pages; may be repeated.'),
  idleFlag('web.systemd-socket', 'bool', 'false', 'Sockets of systemd.'),
  idleFlag('web.config.file', 'text', '', 'File with TLS and authentication settings.'),
  flag('web.external-url', 'text', '', 'URL under which people reach it, for links in messages.'),
  flag('web.route-prefix', 'text', '', 'Prefix of the routes; the path of the external URL.'),
  flag('web.enable-config-api', 'bool', 'false', 'Let the API write the configuration file.'),
  idleFlag('web.get-concurrency', 'integer', '0', 'Most GET requests at once.'),
  idleFlag('web.timeout', 'text', '0', 'Time limit of a request.'),
  idleFlag('web.ui-path', 'text', '', 'Of Debian: where its pages are.'),
  flag('enable-feature', 'list', '', 'classic-mode holds names of labels to the older characters.'),
  idleFlag('auto-gomemlimit', 'bool', 'true', 'Of Go: without meaning here.'),
  idleFlag('auto-gomemlimit.ratio', 'number', '0.9', 'Of Go: without meaning here.'),
  idleFlag('auto-gomaxprocs', 'bool', 'true', 'Of Go: without meaning here.'),
  ...CLUSTER.map(([name, kind, standard]) => ({
    ...idleFlag(name, kind, standard, 'Alert managers do not talk to each other yet.'),
    isHidden: true,
  })),
  flag('log.level', 'text', 'info', 'Least severity of a line that is logged.', {
    oneOf: ['debug', 'info', 'warn', 'error'],
  }),
  flag('log.format', 'text', 'logfmt', 'Form of log lines.', { oneOf: ['logfmt', 'json'] }),
]

/** In `pharos server` and `pharos up`. */
export const EMBEDDED_ALERTMANAGER_FLAGS: readonly Flag[] = [
  flag(
    'alertmanager.config.file',
    'text',
    '',
    'alertmanager.yml of the built-in alert manager; otherwise one in its data directory.',
  ),
  flag(
    'alertmanager.listen-address',
    'list',
    '',
    'Further address of its API; `pharos up` takes :9093 when nobody has it.',
  ),
  flag(
    'alertmanager.notification-queue-capacity',
    'integer',
    '10000',
    'Alerts that wait for each other alert manager; older ones are dropped.',
  ),
  flag('alertmanager.notification-batch-size', 'integer', '256', 'Most alerts in one request.'),
  flag(
    'alertmanager.drain-notification-queue-on-shutdown',
    'bool',
    'true',
    'Send what is queued before the end.',
  ),
]
