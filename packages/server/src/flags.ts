// The door for commands that have flags but need no server.
export { flag } from './flag.ts'
export { FlagReader } from './flag-reader.ts'
export type { Flag, FlagKind, FlagValues } from './flag.ts'
