export { registerApi } from './register-api.ts'
export { registerDashboardRoutes } from './dashboard-routes.ts'
export type { DashboardServices } from './dashboard-routes.ts'
export { registerAnnotationRoutes } from './annotation-routes.ts'
export { registerGrafanaRoutes } from './grafana-routes.ts'
export type { GrafanaServices } from './grafana-routes.ts'
export { statsJson } from './stats-json.ts'
export type {
  ApiQueryOptions,
  AskedTimes,
  QueryControl,
  QueryOrigin,
  RunningQuery,
  TimedAnswer,
} from './running-query.ts'
export type {
  AlertStatus,
  ApiServices,
  BuildInfo,
  Notification,
  NotificationFeed,
  QueryEngine,
  Readiness,
  RuleGroupStatus,
  RuleStatus,
  RuleTrials,
  RuntimeInfo,
  SeriesExemplar,
  ServiceInstanceStatus,
  ServiceStatus,
  TargetMetadata,
  WalReplayStatus,
} from './api-services.ts'
