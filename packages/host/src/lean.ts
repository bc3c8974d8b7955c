// What `pharos node` loads: the exporter without RE2.
export { collectorNames } from './collectors.ts'
export { startHostExporter } from './exporter.ts'
export { DEFAULT_OPTIONS } from './options.ts'
export type { HostExporter, HostSelection } from './exporter.ts'
export type { HostOptions, Search } from './options.ts'
