export { AnnotationStore } from './annotation-store.ts'
export type { Annotation, AnnotationDraft, AnnotationFilter } from './annotation-store.ts'
export { DashboardStore } from './dashboard-store.ts'
export type {
  FileProblem,
  ReadOnlySource,
  SaveRequest,
  StoredDashboard,
  StoreOptions,
} from './dashboard-store.ts'
export { exportText } from './dashboard-text.ts'
export { isUid, slugOf, uidOfPath } from './names.ts'
export type { VersionInfo } from './version-history.ts'
