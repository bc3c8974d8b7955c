export { builtInDashboards } from './built-in-dashboards.ts'
export { demoDashboard } from './demo-service.ts'
