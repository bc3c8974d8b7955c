// What a directory of dashboards may hold, and why not more.

/** Bytes of one file; the largest of the community has 0.5 MB. */
export const DASHBOARD_BYTES_MAX: number = 8 * 1024 * 1024
/** Files in all: each is read at start and kept in memory. */
export const DASHBOARD_FILES_MAX = 5000
/** Directories in directories. */
export const FOLDER_DEPTH_MAX = 4
/** Versions kept of one dashboard; older ones go. */
export const VERSIONS_MAX = 100
/** Between two looks at the directory when nothing said that it changed, ms. */
export const REFRESH_MS = 1000
/** Characters of a title, a uid, a message. */
export const TITLE_LENGTH_MAX = 5000
export const UID_LENGTH_MAX = 40
export const MESSAGE_LENGTH_MAX = 1000
/** Annotations in all: the file is written whole with each change. */
export const ANNOTATIONS_MAX = 20_000
export const ANNOTATION_BYTES_MAX: number = 64 * 1024 * 1024
export const ANNOTATION_TEXT_MAX = 2000
export const ANNOTATION_TAGS_MAX = 50
