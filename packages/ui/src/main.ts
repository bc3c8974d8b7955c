// The first file that runs in the browser, and a small one: it asks the server for what the page shows first, then lets
// the code come that shows it. Until then the page is the frame that the server sent with it.
import './styles/index.css'
import { askAhead } from './data/ahead.ts'
import { fetchFrom, isAgent, nowMs, whenParsed } from './data/browser.ts'
import { hashLinkPath } from './data/hash-link.ts'
import { firstQuestions } from './pages/shell/first-questions.ts'

open().catch((error: unknown) => {
  document.body.textContent = error instanceof Error ? error.message : String(error)
})

async function open(): Promise<void> {
  const { baseURI } = document
  const base = new URL(baseURI).pathname.replace(/\/+$/, '')
  followHashLink(base)
  const { pathname, search } = location
  const below = pathname.startsWith(base) ? pathname.slice(base.length) : '/'
  const path = below.replace(/(?!^)\/+$/, '') || '/'
  const atMs = nowMs()
  const questions = firstQuestions({ path, search, baseUri: baseURI, isAgent: isAgent() }, atMs)
  const ahead = askAhead(questions, atMs, fetchFrom)
  const [{ start }] = await Promise.all([import('./start.tsx'), whenParsed()])
  await start({ base, path, ahead })
}

/** Links in mails of Alertmanager lead to the same page here. */
function followHashLink(base: string): void {
  const path = hashLinkPath(location.hash)
  if (path !== undefined) history.replaceState(null, '', base + path)
}
