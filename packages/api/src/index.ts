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
  ApiServices,
  BuildInfo,
  Notification,
  QueryEngine,
  Readiness,
  RuntimeInfo,
  TargetMetadata,
  WalReplayStatus,
} from './api-services.ts'
