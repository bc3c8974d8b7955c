import { type Flag, flag } from './flag.ts'

export const DASHBOARD_FLAGS: readonly Flag[] = [
  flag(
    'dashboards.path',
    'text',
    '',
    'Directory of dashboards: JSON files, folders as directories; dashboards/ in the directory of the samples when not given.',
  ),
  flag(
    'dashboards.provisioning',
    'text',
    '',
    "Directory of Grafana's provisioning files: dashboards of the directories they name are shown, read only.",
  ),
  flag(
    'dashboards.listen-address',
    'text',
    '',
    'Another address of the same pages, opened at the dashboards: where people look for Grafana.',
  ),
]
