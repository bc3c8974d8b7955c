/** Files that one discovery reads. A glob over a directory of something else must not eat the memory. */
export const FILES_MAX = 10_000

/** YAML is read at about 1 MB a second (JSON at 15), so a longer file would hold up everything else too long. */
export const YAML_FILE_BYTES_MAX: number = 8 * 1024 * 1024

/** Bursts of changes, as an editor or a deployment makes them, are read once. */
export const SETTLE_MS = 50

/** A file that a glob found and that is gone is looked for again after this time before it counts as removed. */
export const GONE_GRACE_MS = 1000

/** A file longer than this whose time and size are as before is left alone until the next refresh. */
export const UNREAD_BYTES_MIN: number = 1024 * 1024
