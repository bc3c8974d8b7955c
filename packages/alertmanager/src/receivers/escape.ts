// What keeps values of labels and annotations from being read as markup: mentions that ring everybody's telephone,
// links, and tags. What a configuration's own template says is markup stays markup.

/** Zero width: what stands before it is no mention any more, and nobody sees it. */
const BREAK = '\u200b'

/** Slack's three characters; it shows them as they were. */
export function slackValue(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** `@everyone`, `@here`, `<@id>`, and links that show another address than they have. */
export function chatValue(value: string): string {
  return value.replace(/@(?=[\w&!])/g, `@${BREAK}`).replace(/\]\(/g, `]${BREAK}(`)
}

/** Where Markdown may hold tags. */
export function taggedValue(value: string): string {
  return chatValue(value).replaceAll('<', '&lt;')
}

/** Telegram's MarkdownV2 wants a backslash before each of these; its older mode before fewer. */
export function telegramValue(mode: string): ((value: string) => string) | undefined {
  if (mode === 'MarkdownV2')
    return (value) => value.replace(/[_*[\]()~`>#+\-=|{}.!\\]/g, String.raw`\$&`)
  if (mode === 'Markdown') return (value) => value.replace(/[_*`[]/g, String.raw`\$&`)
  // HTML is escaped by the template itself.
  return undefined
}
