import { useEffect } from 'react'
import { whileIdle } from '../data/browser.ts'
import type { SearchTexts } from '../data/search.ts'

/** Makes what a filter looks in before somebody types, so that the first key is as quick as the others. */
export function useMadeWhenIdle(texts: SearchTexts | undefined): void {
  useEffect(() => (texts === undefined ? undefined : whileIdle(() => texts.makeSome())), [texts])
}
