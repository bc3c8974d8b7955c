// Counted in plain fields; `server` turns them into prometheus_remote_storage_* metrics.
export interface SenderStats {
  sent: number
  retried: number
  /** Refused by the endpoint for good. */
  failed: number
  droppedTooOld: number
  /** The disk queue was over its limit. */
  droppedByQueue: number
  /** They could not be put into the disk queue. */
  dropped: number
  /** Sent again after a restart; the endpoint had them. */
  repeated: number
  exemplars: number
  metadataSent: number
  metadataFailed: number
  /** Compressed. */
  bytes: number
  shards: number
  shardsDesired: number
  diskBytes: number
  /** ms since 1970; −Infinity when nothing was sent. */
  highestSentMs: number
}

export function newSenderStats(): SenderStats {
  return {
    sent: 0,
    retried: 0,
    failed: 0,
    droppedTooOld: 0,
    droppedByQueue: 0,
    dropped: 0,
    repeated: 0,
    exemplars: 0,
    metadataSent: 0,
    metadataFailed: 0,
    bytes: 0,
    shards: 1,
    shardsDesired: 1,
    diskBytes: 0,
    highestSentMs: -Infinity,
  }
}
