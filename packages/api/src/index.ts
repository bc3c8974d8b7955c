export { registerApi } from './register-api.ts'
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
