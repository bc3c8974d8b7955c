import type { Clock, Disk, Logger } from '@pharos/base'

/** The machine, as far as the host exporter needs it. */
export interface LocalWorld {
  readonly disk: Disk
  readonly clock: Clock
  readonly log: Logger
}
