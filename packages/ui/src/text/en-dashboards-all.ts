import { enDashboards } from './en-dashboards.ts'
import { enEditor } from './en-editor.ts'

/** What comes with the first dashboard. */
export const words: typeof enDashboards & typeof enEditor = { ...enDashboards, ...enEditor }
