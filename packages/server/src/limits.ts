// What others can make grow, and how often the server looks at itself.

/** How often the state is looked at for notifications, ms: a page shows a change within two seconds, as the reference's own do. */
export const NOTICE_LOOK_MS = 2000

/** How long a message that could not be sent is told of, ms: as long as an alert manager usually tries. */
export const MESSAGE_FAILURE_MS = 300_000

/** Names that one notification lists; the pages behind it have all. */
export const NOTICE_NAMES_MAX = 5
