// What a stranger can make grow, and how far.

/** Alerts that are kept at once; the reference has been seen with 100,000. At about 1 KiB each a quarter of a GiB. */
export const ALERTS_MAX = 250_000

/** Alerts of one POST. A Prometheus sends at most 256 at once. */
export const ALERTS_PER_POST_MAX = 10_000

/** Labels and annotations of one alert, characters together. */
export const ALERT_CHARACTERS_MAX = 65_536

/** Groups at once; each one has a timer. */
export const GROUPS_MAX = 100_000

/** Silences that are kept, expired ones included, unless `--silences.max-silences` says otherwise. */
export const SILENCES_MAX = 10_000

/** Matchers, comment and annotations of one silence, characters together. */
export const SILENCE_CHARACTERS_MAX = 32_768

/** Entries of the notification log: groups times integrations. */
export const NOTIFICATION_ENTRIES_MAX = 500_000

/** What happened, as kept in memory and on disk; older entries go first. */
export const HISTORY_ENTRIES_MAX = 100_000

/** Comments and acknowledgements of alerts that fire. */
export const REMARKS_MAX = 50_000
export const REMARK_CHARACTERS_MAX = 4_000

/** Requests to one integration under way at once; further ones wait in line. */
export const NOTIFICATIONS_AT_ONCE = 32

/** Answer of a receiver that is read, bytes: enough for any message of an error. */
export const RECEIVER_ANSWER_BYTES_MAX = 65_536

/** Characters of a receiver's answer that an error shows. */
export const ANSWER_SHOWN_MAX = 500

/** Texts of the configuration whose templates are kept as read. */
export const PARSED_TEXTS_MAX = 2_000

/** Template files together, characters. */
export const TEMPLATE_FILES_CHARACTERS_MAX = 4_194_304

/** A file with a secret or a URL, bytes. */
export const SECRET_FILE_BYTES_MAX = 65_536

/** A journal that is read at start, bytes; more than all limits above together. */
export const JOURNAL_BYTES_MAX: number = 1024 * 1024 * 1024
export const JOURNAL_RECORD_BYTES_MAX: number = 1024 * 1024

/** A journal is written anew from the state when it has grown over this, bytes, and over four times its fresh size. */
export const JOURNAL_REWRITE_BYTES_MIN: number = 4 * 1024 * 1024

/** Lines of an SMTP dialogue that a test shows. */
export const DIALOGUE_LINES_MAX = 200
