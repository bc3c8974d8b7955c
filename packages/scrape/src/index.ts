export type {
  DroppedTarget,
  ScrapePoolStatus,
  TargetHealth,
  TargetStatus,
} from './scrape-status.ts'
