export { registerApi } from './register-api.ts'
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
  QueryEngine,
  Readiness,
  RuleGroupStatus,
  RuleStatus,
  RuleTrials,
  RuntimeInfo,
  TargetMetadata,
  WalReplayStatus,
} from './api-services.ts'
