import type { LogLevel } from '@pharos/base'
import type { FlagReader } from './flag-reader.ts'

export function logLevel(flags: FlagReader): LogLevel {
  // The reader has refused everything else.
  return flags.text('log.level') as LogLevel
}
