// The browser's own world. All reading of the clock, storage, cookies and the network in these pages goes
// through here, so that everything else is a function of its arguments.

export function nowMs(): number {
  return Date.now()
}

/** ms since the page was opened, for measuring only. */
export function elapsedMs(): number {
  return performance.now()
}

/**
 * How long a request took whose answer has just been read, ms.
 *
 * @param askedMs  when it was asked for, `elapsedMs()`; it may have begun before, ahead of the page's code
 */
export function tookMs(url: URL, askedMs: number): number {
  const entry = performance.getEntriesByName(url.href, 'resource').at(-1)
  return entry !== undefined && entry.startTime < askedMs && entry.duration > 0
    ? entry.duration
    : elapsedMs() - askedMs
}

export function fetchFrom(url: URL, init: RequestInit): Promise<Response> {
  return fetch(url, init)
}

/** Resolves when all of the HTML is there; the first script does not wait for it. */
export async function whenParsed(): Promise<void> {
  if (document.readyState !== 'loading') return
  await new Promise((resolve) =>
    document.addEventListener('DOMContentLoaded', resolve, { once: true }),
  )
}

/** Runs `work` after `delayMs`; the returned function calls it off. */
export function after(delayMs: number, work: () => void): () => void {
  const timer = setTimeout(work, delayMs)
  return () => clearTimeout(timer)
}

/**
 * Runs `work` as a task of its own: input comes before it. Painting does only every 100 ms where the browser knows priorities, for
 * it costs as much as a piece of work. Where it does not, a timer waits up to 4 ms and the browser paints as it likes.
 */
export function asTask(work: () => void): void {
  if ('scheduler' in globalThis) void scheduler.postTask(work, { priority: 'user-blocking' })
  else after(0, work)
}

/** Runs `work` when the browser has nothing better to do. */
export function whenIdle(work: () => void): () => void {
  if (typeof requestIdleCallback === 'undefined') return after(400, work)
  const handle = requestIdleCallback(work, { timeout: 2000 })
  return () => cancelIdleCallback(handle)
}

/** Runs `work` again and again when the browser has nothing better to do, for as long as it answers true. */
export function whileIdle(work: () => boolean): () => void {
  let stop = () => {}
  const turn = () => {
    stop = whenIdle(() => {
      if (work()) turn()
    })
  }
  turn()
  return () => stop()
}

/** Private windows and full disks refuse storage; a page must work without it. */
export function readStored(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined
  } catch {
    return undefined
  }
}

export function writeStored(key: string, value: string): boolean {
  try {
    localStorage.setItem(key, value)
    return true
  } catch {
    return false
  }
}

export function readCookie(name: string): string | undefined {
  for (const part of document.cookie.split('; '))
    if (part.startsWith(`${name}=`)) return part.slice(name.length + 1)
  return undefined
}

/** Kept for a year under the pages' base path, so that the server can send the right theme at once. */
export function writeCookie(name: string, value: string): void {
  const path = new URL(document.baseURI).pathname
  document.cookie = `${name}=${value}; path=${path}; max-age=31536000; samesite=lax`
}

/** Whether these are the pages of an agent, which has nothing to query: the server says so in the page itself. */
export function isAgent(): boolean {
  return document.documentElement.dataset['agent'] !== undefined
}

/** Whether who looks may change nothing: the server says so in the page itself, and refuses it in any case. */
export function isViewer(): boolean {
  return document.documentElement.dataset['viewer'] !== undefined
}

/** The key that commands are given with: ⌘ on Apple's machines, Ctrl elsewhere. */
export function commandKey(): '⌘' | 'Ctrl' {
  return /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl'
}

export function cspNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
}

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Plain-http pages have no clipboard API; a selected text area and the old command still work there.
    const area = document.createElement('textarea')
    area.value = text
    area.readOnly = true
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}

export function isPageVisible(): boolean {
  return document.visibilityState === 'visible'
}

/** @returns what ends the watching */
export function onVisibility(changed: () => void): () => void {
  document.addEventListener('visibilitychange', changed)
  return () => document.removeEventListener('visibilitychange', changed)
}

/** Hands a text to the browser as a file to keep. */
export function saveAsFile(name: string, text: string, type: string): void {
  saveBlob(name, new Blob([text], { type }))
}

export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The click has begun the download; the address is of no more use.
  URL.revokeObjectURL(url)
}

interface EventHandlers {
  readonly onOpen: () => void
  readonly onMessage: (data: string) => void
  /** @param isFinal  the browser does not try again by itself */
  readonly onLost: (isFinal: boolean) => void
}

/** A stream of server-sent events; the browser opens it again when it was cut. @returns what ends it */
export function openEvents(url: URL, handlers: EventHandlers): () => void {
  const source = new EventSource(url)
  source.addEventListener('open', handlers.onOpen)
  source.addEventListener('message', (event) => handlers.onMessage(String(event.data)))
  source.addEventListener('error', () => handlers.onLost(source.readyState === EventSource.CLOSED))
  // The server's last word on a stream that cannot go on.
  source.addEventListener('failure', () => {
    source.close()
    handlers.onLost(true)
  })
  return () => source.close()
}
