export { background } from './background.ts'
export { ByteReader } from './byte-reader.ts'
export { ByteWriter } from './byte-writer.ts'
export { crc32c } from './crc32c.ts'
export { assert, bug, BugError, messageOf, OutsideError, quoted, UserError } from './errors.ts'
export { ProtoReader, Wire } from './proto-reader.ts'
export { ProtoWriter } from './proto-writer.ts'
export { snappyDecode, SnappyEncoder, snappyEncode, snappyLength } from './snappy.ts'
export { isSnappyFramed, snappyUnframe } from './snappy-frames.ts'
export { Pace, runTask } from './pace.ts'
export { PLAIN_HTTP_CLIENT } from './http-client-settings.ts'
export { silentLogger } from './log.ts'
export { RecordJournal } from './record-journal.ts'
export { ULID, ulid } from './ulid.ts'
export { OUTBOUND_PLACES, outboundMistake } from './outbound-rules.ts'
export type { Clock, Timer } from './clock.ts'
export type { Disk, FileInfo, FileSystemSpace, OpenFile } from './disk.ts'
export type {
  HttpClientSettings,
  OAuth2Settings,
  ProxySettings,
  TlsSettings,
} from './http-client-settings.ts'
export type { LogFields, Logger, LogLevel } from './log.ts'
export type {
  Connection,
  ConnectionEvents,
  ConnectOptions,
  DnsAnswer,
  DnsType,
  Net,
  ProxyTunnel,
  TlsClientOptions,
} from './net.ts'
export type { OutboundRules } from './outbound-rules.ts'
export type { Task } from './pace.ts'
export type { Random } from './random.ts'
export type { RecordJournalOptions } from './record-journal.ts'
export type { World } from './world.ts'
