// alertmanager.yml: text to settings. All mistakes of the file are reported at once.
import type { Disk } from '@pharos/base'
import { Labels, type NameScheme } from '@pharos/model'
import { always, filePath, text } from '../codec.ts'
import type { Codec } from '../codec.ts'
import { readText } from '../config-file.ts'
import { decoded } from '../decode-file.ts'
import { effectiveYaml } from '../effective-yaml.ts'
import { pathPattern } from '../glob.ts'
import { httpClientSettings, tlsSettings } from '../http-client.ts'
import type { HttpFields } from '../http-client.ts'
import { list, pointer, section } from '../section.ts'
import type { Refuse, Section, ShapeOf } from '../section.ts'
import { readYaml, YamlScalar } from '../yaml-tree.ts'
import type { YamlTree } from '../yaml-tree.ts'
import { alertGlobalSection } from './alertmanager-global.ts'
import type { AlertGlobalFields } from './alertmanager-global.ts'
import type {
  AlertmanagerConfig,
  IntegrationSettings,
  ReceiverSettings,
  RouteSettings,
} from './alertmanager-settings.ts'
import { inheritGlobal } from './inherit-global.ts'
import { anything } from './loose-yaml.ts'
import { httpDefaults, tlsDefaults, textPairs } from './receiver-codecs.ts'
import type { ReceiverFieldsByKind, ReceiverKind, TextPairs } from './receiver-fields.ts'
import { RECEIVER_SECTIONS } from './receiver-sections.ts'
import { allMatchers, checkRouteNames, inhibitRuleSection, routeSection } from './route-section.ts'
import type { InhibitRuleFields, RouteFields } from './route-section.ts'
import { readSmtpIni } from './smtp-ini.ts'
import type { SmtpDefaults } from './smtp-ini.ts'
import { namedIntervals, timeInterval } from './time-interval-section.ts'
import type { NamedIntervalFields } from './time-interval-section.ts'

export interface AlertmanagerLoadOptions {
  /** Name for messages. */
  readonly file: string
  /** What relative paths in the file start from. */
  readonly baseDirectory: string
  /** `legacy` with the feature `classic-mode`. */
  readonly nameScheme?: NameScheme
  /** What `smtp_config_file` holds. */
  readonly smtp?: SmtpDefaults
}

type ConfigLists = { [K in ReceiverKind as `${K}_configs`]: readonly ReceiverFieldsByKind[K][] }

interface ReceiverFields extends ConfigLists {
  name: string
  labels: TextPairs
}

interface AlertmanagerFields {
  global: AlertGlobalFields
  route: RouteFields | undefined
  inhibit_rules: readonly InhibitRuleFields[]
  receivers: readonly ReceiverFields[]
  templates: readonly string[]
  mute_time_intervals: readonly NamedIntervalFields[]
  time_intervals: readonly NamedIntervalFields[]
  tracing: unknown
  event_recorder: unknown
}

/** In the order in which a receiver notifies. */
export const RECEIVER_KINDS: readonly ReceiverKind[] = Object.keys(
  RECEIVER_SECTIONS,
) as ReceiverKind[]

const configLists = Object.fromEntries(
  RECEIVER_KINDS.map((kind) => [
    `${kind}_configs`,
    // Each list takes and gives what its own section does.
    list(RECEIVER_SECTIONS[kind] as Codec<unknown>, `missing ${kind} config`),
  ]),
) as unknown as ShapeOf<ConfigLists>

const receiverSection: Section<ReceiverFields> = section<ReceiverFields>(
  { name: text(), labels: textPairs(), ...configLists },
  {
    check(value, refuse) {
      if (value.name === '') refuse('missing name in receiver')
      const named = value.labels?.find(([name]) => name === 'name')?.[1]
      if (named !== undefined && value.name !== undefined && named !== value.name)
        refuse(
          `receiver label "name" must match receiver name ${JSON.stringify(value.name)}, got ${JSON.stringify(named)}`,
          'labels',
        )
    },
  },
)

function rootSection(options: AlertmanagerLoadOptions): Section<AlertmanagerFields> {
  return section<AlertmanagerFields>(
    {
      global: { ...alertGlobalSection, omitZero: false },
      route: pointer(routeSection),
      inhibit_rules: list(inhibitRuleSection),
      receivers: list(receiverSection),
      templates: always(list(filePath())),
      mute_time_intervals: namedIntervals('mute time interval'),
      time_intervals: namedIntervals('time interval'),
      // Read for the reference's sake: nothing traces or records events outside of the history.
      tracing: anything(),
      event_recorder: anything(),
    },
    { check: (value, refuse) => checkWhole(value, options, refuse) },
  )
}

/** Cross-checks between sections. @source Alertmanager 0.34, Config.UnmarshalYAML */
function checkWhole(
  value: Partial<AlertmanagerFields>,
  options: AlertmanagerLoadOptions,
  refuse: Refuse,
): void {
  const names = checkReceivers(value, options, refuse)
  const intervals = checkIntervalNames(value, refuse)
  const { route } = value
  if (route === undefined) {
    refuse('no routes provided')
    return
  }
  const at: Refuse = (message, ...path) => refuse(message, 'route', ...path)
  if (route.receiver === '') at('root route must specify a default receiver')
  const conditions = [route.match, route.match_re, route.matchers]
  if (conditions.some((one) => (one?.length ?? 0) > 0)) at('root route must not have any matchers')
  if ((route.mute_time_intervals?.length ?? 0) > 0)
    at('root route must not have any mute time intervals')
  if ((route.active_time_intervals?.length ?? 0) > 0)
    at('root route must not have any active time intervals')
  if (route.continue) at('cannot have continue in root route')
  checkTree(route, names, intervals, options.nameScheme ?? 'utf8', at)
}

function checkReceivers(
  value: Partial<AlertmanagerFields>,
  options: AlertmanagerLoadOptions,
  refuse: Refuse,
): ReadonlySet<string> {
  const global = {
    ...withSmtp(alertGlobalSection.defaults(), options.smtp),
    ...known(value.global),
  }
  const names = new Set<string>()
  value.receivers?.forEach((receiver: Partial<ReceiverFields> | undefined, i) => {
    if (receiver === undefined) return
    const name = receiver.name ?? ''
    if (name !== '' && names.has(name))
      refuse(
        `notification config name ${JSON.stringify(name)} is not unique`,
        'receivers',
        i,
        'name',
      )
    names.add(name)
    for (const kind of RECEIVER_KINDS) {
      const key = `${kind}_configs` as const
      receiver[key]?.forEach((fields, j) => {
        if (fields === undefined) return
        inheritGlobal(kind, fields, withSmtp(global, options.smtp), (message, ...at) =>
          refuse(message, 'receivers', i, key, j, ...at),
        )
      })
    }
  })
  return names
}

/** Without the keys that did not decode. */
function known<T extends object>(fields: T | undefined): Partial<T> {
  const entries = Object.entries(fields ?? {}).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Partial<T>
}

/** What grafana.ini says, where the file itself says nothing. */
function withSmtp(global: AlertGlobalFields, smtp: SmtpDefaults | undefined): AlertGlobalFields {
  if (smtp === undefined) return global
  const tls = {
    ...tlsDefaults(),
    cert_file: smtp.certFile,
    key_file: smtp.keyFile,
    insecure_skip_verify: smtp.skipVerify,
  }
  return {
    ...global,
    smtp_smarthost: global.smtp_smarthost || smtp.smarthost,
    smtp_from: global.smtp_from || smtp.from,
    smtp_hello: smtp.hello === '' ? global.smtp_hello : smtp.hello,
    smtp_auth_username: global.smtp_auth_username || smtp.username,
    smtp_auth_password:
      global.smtp_auth_password_file === '' ? global.smtp_auth_password || smtp.password : '',
    smtp_require_tls: smtp.requireTls ?? global.smtp_require_tls,
    smtp_tls_config: global.smtp_tls_config ?? tls,
  }
}

function checkIntervalNames(
  value: Partial<AlertmanagerFields>,
  refuse: Refuse,
): ReadonlySet<string> {
  const names = new Set<string>()
  for (const key of ['mute_time_intervals', 'time_intervals'] as const) {
    const what = key === 'time_intervals' ? 'time interval' : 'mute time interval'
    value[key]?.forEach((interval: Partial<NamedIntervalFields> | undefined, i) => {
      const name = interval?.name ?? ''
      if (name !== '' && names.has(name))
        refuse(`${what} ${JSON.stringify(name)} is not unique`, key, i, 'name')
      names.add(name)
    })
  }
  return names
}

function checkTree(
  route: Partial<RouteFields>,
  receivers: ReadonlySet<string>,
  intervals: ReadonlySet<string>,
  scheme: NameScheme,
  refuse: Refuse,
): void {
  checkRouteNames(route, scheme, refuse)
  if (route.receiver && !receivers.has(route.receiver))
    refuse(`undefined receiver ${JSON.stringify(route.receiver)} used in route`, 'receiver')
  for (const key of ['active_time_intervals', 'mute_time_intervals'] as const) {
    route[key]?.forEach((name, i) => {
      if (name !== undefined && !intervals.has(name))
        refuse(`undefined time interval ${JSON.stringify(name)} used in route`, key, i)
    })
  }
  route.routes?.forEach((child: Partial<RouteFields> | undefined, i) => {
    if (child === undefined) return
    checkTree(child, receivers, intervals, scheme, (message, ...at) =>
      refuse(message, 'routes', i, ...at),
    )
  })
}

/**
 * Reads a configuration of the alert manager.
 *
 * @param fileText  YAML; every scalar is text until its key says otherwise
 * @throws ConfigErrors with every mistake of the file
 * @source Alertmanager 0.34, config.Load; cases in conformance/alertmanager
 */
export function loadAlertmanagerConfig(
  fileText: string,
  options: AlertmanagerLoadOptions,
): AlertmanagerConfig {
  const tree = readYaml(fileText, options.file)
  const codec = rootSection(options)
  const fields = codec.inDirectory(decoded(codec, tree, options.file), options.baseDirectory)
  const global = withSmtp(fields.global, options.smtp)
  const receivers = fields.receivers.map((receiver) => inherited(receiver, global))
  return {
    resolveTimeoutMs: global.resolve_timeout,
    templates: fields.templates,
    // checkWhole has refused a file without one.
    route: routeSettings(fields.route!, ROOT),
    inhibitRules: fields.inhibit_rules.map((rule) => ({
      name: rule.name,
      sourceMatchers: allMatchers(rule.source_match, rule.source_match_re, rule.source_matchers),
      targetMatchers: allMatchers(rule.target_match, rule.target_match_re, rule.target_matchers),
      equal: rule.equal,
    })),
    receivers: receivers.map((receiver) => receiverSettings(receiver, global)),
    timeIntervals: new Map(
      [...fields.mute_time_intervals, ...fields.time_intervals].map(
        (one) => [one.name, one.time_intervals.map(timeInterval)] as const,
      ),
    ),
    yaml: effectiveYaml(codec.show({ ...fields, receivers })),
  }
}

/**
 * The same from disk, with the grafana.ini that it may name.
 * @throws ConfigErrors; UserError `config/smtp-ini`; OutsideError when a file cannot be read
 */
export async function loadAlertmanagerFile(
  file: string,
  options: { readonly disk: Disk; readonly nameScheme?: NameScheme },
): Promise<AlertmanagerConfig> {
  return loadAlertmanagerText(await readText(options.disk, file), file, options)
}

/** The same for a text that is to stand in `file`. */
export async function loadAlertmanagerText(
  fileText: string,
  file: string,
  options: { readonly disk: Disk; readonly nameScheme?: NameScheme },
): Promise<AlertmanagerConfig> {
  const { disk, nameScheme } = options
  const baseDirectory = pathPattern(file).directory
  const iniPath = smtpFileOf(readYaml(fileText, file), baseDirectory)
  const smtp =
    iniPath === undefined ? undefined : readSmtpIni(await readText(disk, iniPath), iniPath)
  return loadAlertmanagerConfig(fileText, {
    file,
    baseDirectory,
    ...(nameScheme === undefined ? {} : { nameScheme }),
    ...(smtp === undefined ? {} : { smtp }),
  })
}

function smtpFileOf(tree: YamlTree, baseDirectory: string): string | undefined {
  const root = tree.root
  if (root === undefined || root instanceof YamlScalar || Array.isArray(root)) return undefined
  const global = root['global']
  if (global === undefined || global instanceof YamlScalar || Array.isArray(global))
    return undefined
  const path = global['smtp_config_file']
  if (!(path instanceof YamlScalar) || path.isNull || path.text === '') return undefined
  return filePath().inDirectory(path.text, baseDirectory)
}

const ROOT: RouteSettings = {
  receiver: '',
  matchers: [],
  groupBy: [],
  groupByAll: false,
  groupWaitMs: 30_000,
  groupIntervalMs: 300_000,
  repeatIntervalMs: 4 * 3_600_000,
  muteTimeIntervals: [],
  activeTimeIntervals: [],
  continue: false,
  labels: Labels.EMPTY,
  silenceNotices: false,
  routes: [],
}

/** A route with what it takes from the one above. @source Alertmanager dispatch/route.go newRoute */
function routeSettings(fields: RouteFields, above: RouteSettings): RouteSettings {
  const { group_by: groupBy } = fields
  const byAll = groupBy?.includes('...') === true
  const settings: RouteSettings = {
    receiver: fields.receiver || above.receiver,
    matchers: allMatchers(fields.match, fields.match_re, fields.matchers),
    groupBy: groupBy === undefined || byAll ? above.groupBy : groupBy,
    groupByAll: byAll || (groupBy === undefined && above.groupByAll),
    groupWaitMs: fields.group_wait ?? above.groupWaitMs,
    groupIntervalMs: fields.group_interval ?? above.groupIntervalMs,
    repeatIntervalMs: fields.repeat_interval ?? above.repeatIntervalMs,
    muteTimeIntervals: fields.mute_time_intervals,
    activeTimeIntervals: fields.active_time_intervals,
    continue: fields.continue,
    labels: Labels.of([...above.labels, ...fields.labels]),
    silenceNotices: fields.silence_notices ?? above.silenceNotices,
    routes: [],
  }
  return { ...settings, routes: fields.routes.map((child) => routeSettings(child, settings)) }
}

function inherited(receiver: ReceiverFields, global: AlertGlobalFields): ReceiverFields {
  const lists = RECEIVER_KINDS.map((kind) => {
    const key = `${kind}_configs` as const
    return [key, receiver[key].map((fields) => inheritGlobal(kind, fields, global, () => {}))]
  })
  return { ...receiver, ...(Object.fromEntries(lists) as ConfigLists) }
}

function receiverSettings(receiver: ReceiverFields, global: AlertGlobalFields): ReceiverSettings {
  const integrations: IntegrationSettings[] = []
  for (const kind of RECEIVER_KINDS) {
    receiver[`${kind}_configs`].forEach((fields, index) => {
      const http = httpFields(kind, fields, global)
      const tls = 'tls_config' in fields ? fields.tls_config : undefined
      integrations.push({
        kind,
        index,
        fields,
        http: httpClientSettings(http),
        tls: tlsSettings(tls ?? http.tls_config),
        // The list of a kind holds the fields of that kind.
      } as IntegrationSettings)
    })
  }
  return {
    name: receiver.name,
    labels: Labels.of([...receiver.labels, ['name', receiver.name]]),
    integrations,
  }
}

function httpFields(kind: ReceiverKind, fields: object, global: AlertGlobalFields): HttpFields {
  const standard = global.http_config ?? httpDefaults()
  // Mails have none.
  const own = 'http_config' in fields ? (fields.http_config as HttpFields | undefined) : undefined
  if (own === undefined) return standard
  if (kind === 'msteamsv2' && own.proxy_url === '') return { ...own, proxy_url: standard.proxy_url }
  return own
}
