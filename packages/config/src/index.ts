export { compileRelabelRule, relabel } from './relabel.ts'
export { RELABEL_ACTIONS } from './relabel-rule.ts'
export { readRelabelRules } from './relabel-section.ts'
export { ConfigErrors, mistakeLine } from './config-errors.ts'
export { checkConfig } from './check-config.ts'
export { loadConfigFile } from './config-file.ts'
export { matchesGlob, matchingPaths, pathIn, pathPattern } from './glob.ts'
export { loadConfig } from './prometheus-config.ts'
export { loadHttpConfig } from './http-client.ts'
export type { RelabelAction, RelabelInput, RelabelRule } from './relabel-rule.ts'
export { readDashboardProviders } from './dashboard-provisioning.ts'
export { readKubeconfig } from './kubeconfig.ts'
export { NO_BACKENDS } from './discovery-settings.ts'
export type {
  BackendDiscoveries,
  ConsulDiscoverySettings,
  DnsDiscoverySettings,
  DockerDiscoverySettings,
  DockerFilter,
  HttpDiscoverySettings,
  KubernetesDiscoverySettings,
  KubernetesRole,
  NacosDiscoverySettings,
  SwarmDiscoverySettings,
} from './discovery-settings.ts'
export { readTargetFile, readTargetJson } from './target-file.ts'
export { TARGET_FILE_BYTES_MAX } from './limits.ts'
export type { ListedGroup } from './target-file.ts'
export { checkWebConfig, loadWebConfig } from './web-config.ts'
export type { ClientAuth, WebSettings, WebTlsSettings } from './web-config.ts'
export type { CheckOptions, ConfigCheck } from './check-config.ts'
export type { FileOptions } from './config-file.ts'
export type { PathPattern } from './glob.ts'
export type { LoadOptions, ScrapeFile } from './prometheus-config.ts'
export type { Mistake } from './config-errors.ts'
export type {
  AlertingSettings,
  AlertmanagerTargets,
  EtcdDiscoverySettings,
  FileDiscoverySettings,
  GlobalSettings,
  NotImplemented,
  PrometheusConfig,
  QuarantineSettings,
  ScrapeProtocol,
  ScrapeSettings,
  StorageSettings,
} from './settings.ts'
export type {
  ClusterConfig,
  OtlpSettings,
  RemoteQueueSettings,
  RemoteReadSettings,
  RemoteWriteSettings,
  StorageRemoteSettings,
} from './settings.ts'
export { mistakeOf, readRuleFile } from './rule-file.ts'
export { groupNameIn, groupTexts, withGroup, withoutGroup } from './rule-file-edit.ts'
export type { RuleFileOptions, RuleGroupSettings, RuleSettings } from './rule-file.ts'
export { readText } from './config-file.ts'
export { readRuleTestFile } from './rule-test-file.ts'
export type { AlertTest, ExpressionTest, RuleTest, RuleTestFile } from './rule-test-file.ts'
export {
  loadAlertmanagerConfig,
  loadAlertmanagerFile,
  loadAlertmanagerText,
  RECEIVER_KINDS,
} from './alertmanager/alertmanager-config.ts'
export { isMobile } from './alertmanager/chat-sections.ts'
export { parseLooseYaml } from './alertmanager/loose-yaml.ts'
export { readSmtpIni } from './alertmanager/smtp-ini.ts'
export type { AlertmanagerLoadOptions } from './alertmanager/alertmanager-config.ts'
export type {
  AlertmanagerConfig,
  InhibitRuleSettings,
  IntegrationSettings,
  ReceiverSettings,
  RouteSettings,
} from './alertmanager/alertmanager-settings.ts'
export type {
  LooseValue,
  ReceiverFieldsByKind,
  ReceiverKind,
} from './alertmanager/receiver-fields.ts'
export type { InclusiveRange, TimeInterval } from './alertmanager/time-interval-section.ts'
export { maskedReceivers } from './alertmanager/masked-receivers.ts'
export { readProbeModules } from './probe-modules.ts'
export type {
  AddressChoice,
  DnsProbeSettings,
  HeaderMatch,
  HttpProbeSettings,
  ProbeModule,
  QueryResponse,
  RecordRules,
  TcpProbeSettings,
} from './probe-modules.ts'
