// The flags of `pharos pushgateway`: Pushgateway's, and ours behind them.
import type { World } from '@pharos/base'
import { GAUGE_MODES, type GatewaySettings, type GaugeMode } from '@pharos/pushgateway'
import { type Flag, flag, idleFlag } from './flag.ts'
import type { FlagReader } from './flag-reader.ts'
import { LOG_FLAGS } from './server-flags.ts'
import { VERSION } from './version.ts'

const WEB_FLAGS: readonly Flag[] = [
  flag(
    'web.listen-address',
    'list',
    ':9091',
    'Address for pushes, pages and telemetry; may be repeated.',
  ),
  flag('web.config.file', 'text', '', 'File with TLS and authentication settings.'),
  idleFlag('web.systemd-socket', 'bool', 'false', 'Listen on sockets that systemd hands over.'),
  flag('web.telemetry-path', 'text', '/metrics', 'Path of the metrics.'),
  flag('web.external-url', 'text', '', 'URL under which users reach this gateway.'),
  flag(
    'web.route-prefix',
    'text',
    '',
    'Prefix of the routes served here; the path of the external URL when not given.',
  ),
  flag('web.enable-lifecycle', 'bool', 'false', 'Allow shutdown by HTTP.'),
  flag('web.enable-admin-api', 'bool', 'false', 'Allow administration by HTTP: wiping all groups.'),
]

const PERSISTENCE_FLAGS: readonly Flag[] = [
  flag(
    'persistence.file',
    'text',
    'pushgateway.journal',
    'Journal of the pushed groups; empty keeps them in memory only.',
  ),
  idleFlag(
    'persistence.interval',
    'duration',
    '5m',
    'Of Pushgateway: here every push is on disk before it is answered.',
  ),
]

/** What is said of pushes; `pharos up` takes these under the same names. */
export const PUSH_FLAGS: readonly Flag[] = [
  flag(
    'push.disable-consistency-check',
    'bool',
    'false',
    'Take pushes that contradict what other groups hold.',
  ),
  flag('push.enable-utf8-names', 'bool', 'false', 'Allow any UTF-8 in metric and label names.'),
  flag(
    'push.ttl',
    'duration',
    '0',
    'How long a group lives after its last push when the push does not say; 0 for ever.',
  ),
  flag('push.mode', 'text', 'replace', 'What an ordinary push does to what was there.', {
    oneOf: ['replace', 'aggregate'],
  }),
  flag('push.gauge', 'text', 'last', 'What becomes of a gauge when pushes add up.', {
    oneOf: GAUGE_MODES,
  }),
  flag(
    'push.lenient',
    'bool',
    'false',
    'Take CR LF, a missing last line end, and /metrics twice in the path.',
  ),
]

export const PUSHGATEWAY_FLAGS: readonly Flag[] = [
  ...WEB_FLAGS,
  ...PERSISTENCE_FLAGS,
  ...PUSH_FLAGS,
  ...LOG_FLAGS,
]

/** What the flags say of the gateway itself. */
export function gatewaySettings(
  flags: FlagReader,
  world: World,
): Omit<GatewaySettings, 'showsProcess'> {
  return {
    clock: world.clock,
    disk: world.disk,
    log: world.log,
    version: VERSION,
    flags: Object.fromEntries(flags.all()),
    persistenceFile: flags.text('persistence.file'),
    isChecked: !flags.bool('push.disable-consistency-check'),
    allowsUtf8: flags.bool('push.enable-utf8-names'),
    isLenient: flags.bool('push.lenient'),
    ttlMs: flags.durationMs('push.ttl'),
    aggregates: flags.text('push.mode') === 'aggregate',
    // The reader has refused everything else.
    gaugeMode: flags.text('push.gauge') as GaugeMode,
    hasLifecycle: flags.bool('web.enable-lifecycle'),
    hasAdminApi: flags.bool('web.enable-admin-api'),
  }
}
