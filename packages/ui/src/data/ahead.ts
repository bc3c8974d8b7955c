// What the first page asks is asked before its code is there. Whoever asks the same later is given that answer, once.

export type Reach = (url: URL, init: RequestInit) => Promise<Response>

export interface Ahead {
  /** "Now" in what was asked, until the page is drawn: it asks for the same moment then. */
  momentMs(): number | undefined
  /** Fetches, or hands over what was asked ahead. */
  readonly reach: Reach
  drawn(): void
  /** Calls off what nobody took. */
  end(): void
}

interface Asked {
  readonly response: Promise<Response>
  readonly abort: AbortController
}

/**
 * @param urls  of GET requests, as the page's own code will write them
 * @param atMs  the moment that they were written for
 */
export function askAhead(urls: readonly URL[], atMs: number, reach: Reach): Ahead {
  const asked = new Map<string, Asked>()
  let isDrawn = false
  for (const url of urls) {
    const abort = new AbortController()
    const response = reach(url, { headers: JSON_HEADERS, signal: abort.signal })
    // Whoever takes it hears of its failure; nobody has to.
    response.catch(() => undefined)
    asked.set(url.href, { response, abort })
  }
  return {
    momentMs: () => (isDrawn ? undefined : atMs),
    reach(url, init) {
      const known = (init.method ?? 'GET') === 'GET' ? asked.get(url.href) : undefined
      if (known === undefined) return reach(url, init)
      asked.delete(url.href)
      const { signal } = init
      if (signal?.aborted === true) known.abort.abort(signal.reason)
      signal?.addEventListener('abort', () => known.abort.abort(signal.reason), { once: true })
      return known.response
    },
    drawn() {
      isDrawn = true
    },
    end() {
      for (const { abort } of asked.values()) abort.abort()
      asked.clear()
    },
  }
}

export const JSON_HEADERS = { accept: 'application/json' } as const
