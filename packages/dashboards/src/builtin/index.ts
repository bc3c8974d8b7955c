export { builtInDashboards } from './built-in-dashboards.ts'
