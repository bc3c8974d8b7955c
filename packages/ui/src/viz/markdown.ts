// Text of dashboards: markdown and HTML of strangers, made harmless. Loaded when a dashboard has such a panel.
import createPurify from 'dompurify'
import { Marked } from 'marked'

/** Longer texts are cut: laying them out would hold the page up. */
const TEXT_CHARS_MAX = 200_000

const FORBIDDEN_TAGS = [
  'style',
  'form',
  'input',
  'button',
  'textarea',
  'select',
  'iframe',
  'object',
  'embed',
  'video',
  'audio',
  'source',
  'link',
  'meta',
  'base',
  'math',
]

/**
 * Safe HTML of a text panel: nothing that runs, nothing that loads from another host, no styles (the pages' policy
 * forbids them), every link of another site in a new tab without an opener.
 */
export function safeHtml(text: string, mode: 'markdown' | 'html', view: Window): string {
  const cut = text.slice(0, TEXT_CHARS_MAX)
  const html =
    mode === 'html'
      ? cut
      : (new Marked({ gfm: true, breaks: false, async: false }).parse(cut) as string)
  // The library wants the globals of the window it works in.
  const purify = createPurify(view as unknown as Parameters<typeof createPurify>[0])
  purify.addHook('afterSanitizeAttributes', (node) => {
    for (const name of ['src', 'srcset', 'href', 'xlink:href', 'background', 'poster'])
      if (node.hasAttribute(name)) keepAddress(node, name)
  })
  return purify.sanitize(withoutHandlers(html), {
    FORBID_TAGS: FORBIDDEN_TAGS,
    FORBID_ATTR: ['style', 'class', 'id', 'name', 'action', 'formaction', 'ping'],
    ALLOW_DATA_ATTR: false,
    ALLOW_UNKNOWN_PROTOCOLS: false,
  })
}

/**
 * The sanitizer removes handlers and styles; but a browser reports them against the pages' policy as soon as it parses
 * them, which would drown what is worth a report.
 */
function withoutHandlers(html: string): string {
  return html.replaceAll(/<[a-z][^<>]*>/gi, (tag) =>
    tag.replaceAll(/[\s/](?:on[a-z]+|style)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/gi, ' '),
  )
}

/** Links may lead anywhere; whatever would be loaded by itself must stand in the text. */
function keepAddress(node: Element, name: string): void {
  const value = node.getAttribute(name)!.trim()
  if (name === 'href' && node.tagName === 'A') {
    if (/^https?:/i.test(value)) {
      node.setAttribute('target', '_blank')
      node.setAttribute('rel', 'noopener noreferrer')
    }
    return
  }
  const isInText = /^data:image\/(png|jpeg|gif|webp);base64,/i.test(value)
  if (!isInText || name === 'srcset') node.removeAttribute(name)
}
