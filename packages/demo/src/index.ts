export { demoAlertmanager, demoRules } from './alerting.ts'
export { startBatchJob } from './batch-job.ts'
export { demoScrapes, startDemo } from './demo.ts'
export type { Demo, DemoOptions } from './demo.ts'
