export { createHostExporter } from './host-exporter.ts'
export { collectorNames } from './collectors.ts'
export { DEFAULT_OPTIONS } from './options.ts'
export { localMachine } from './machine/local-machine.ts'
export { Machine } from './machine/machine.ts'
export type { HostDisk } from './host-files.ts'
export type { HostExporter, HostExporterSettings, HostSelection } from './exporter.ts'
export type { HostOptions } from './options.ts'
export type {
  CpuTimes,
  DiskCounters,
  DiskUsage,
  HostInfo,
  Load,
  MachineSettings,
  NetCounters,
  Swap,
  VirtualMemory,
} from './machine/machine.ts'
export type { ProcessInfo } from './machine/process-info.ts'
