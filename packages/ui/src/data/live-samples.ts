// Whether something new has come of what a query reads, as the server tells it, and how often that may lead to a query.
import { after, elapsedMs, isPageVisible, onVisibility, openEvents } from './browser.ts'

/** When the server has no stream for a query: nothing is selected, or too much. */
const POLL_MS = 5000
/** Between two runs, and until the next look at whether the last one is done. */
const RUN_MS = 1000
const BUSY_MS = 200

/** Tells whenever samples have come, while the page can be seen. @returns what ends it */
export function watchSamples(baseUri: string, query: string, onSamples: () => void): () => void {
  const url = new URL('api/v1/tail', baseUri)
  url.searchParams.set('query', query)
  let end = (): void => {}
  const poll = (): void => {
    end = after(POLL_MS, () => {
      onSamples()
      poll()
    })
  }
  const begin = (): void => {
    end = openEvents(url, {
      onOpen: () => {},
      onMessage: onSamples,
      onLost: (isFinal) => {
        if (isFinal) poll()
      },
    })
  }
  const turn = (): void => {
    end()
    if (isPageVisible()) begin()
  }
  const unwatch = onVisibility(turn)
  turn()
  return () => {
    unwatch()
    end()
  }
}

/**
 * Makes many reasons to run few runs: one a second at most, and never before the last one is done.
 * @returns what gives a reason, and what ends it
 */
export function paced(
  run: () => void,
  isBusy: () => boolean,
): { readonly ask: () => void; readonly end: () => void } {
  let cancel: (() => void) | undefined
  let lastMs = -Infinity
  const attempt = (): void => {
    if (isBusy()) {
      cancel = after(BUSY_MS, attempt)
      return
    }
    cancel = undefined
    lastMs = elapsedMs()
    run()
  }
  return {
    ask() {
      cancel ??= after(Math.max(0, lastMs + RUN_MS - elapsedMs()), attempt)
    },
    end: () => cancel?.(),
  }
}
