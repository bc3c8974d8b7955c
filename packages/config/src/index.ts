export { relabel } from './relabel.ts'
export type { RelabelAction, RelabelRule } from './relabel.ts'
export type {
  FileDiscoverySettings,
  GlobalSettings,
  HttpClientSettings,
  NotImplemented,
  PrometheusConfig,
  ScrapeProtocol,
  ScrapeSettings,
} from './settings.ts'
