import type { Words } from './dictionary.ts'
import type { enDashboards } from './en-dashboards.ts'
import type { enEditor } from './en-editor.ts'
import { zhDashboards } from './zh-dashboards.ts'
import { zhEditor } from './zh-editor.ts'

/** What comes with the first dashboard. */
export const words: Words<typeof enDashboards & typeof enEditor> = { ...zhDashboards, ...zhEditor }
