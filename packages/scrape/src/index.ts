export { ScrapeManager } from './scrape-manager.ts'
export { acceptHeader } from './scrape-request.ts'
export type { ScrapeJob, ScrapeManagerOptions } from './scrape-manager.ts'
export type { ScrapeFeatures } from './writer-context.ts'
export type { ScrapeStats } from './scrape-stats.ts'
export type {
  DroppedTarget,
  ScrapePoolStatus,
  TargetHealth,
  TargetStatus,
} from './scrape-status.ts'
