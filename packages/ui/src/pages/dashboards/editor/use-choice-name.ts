import { useText } from '../../../services.tsx'
import type { TextKey } from '../../../text/dictionary.ts'

/** What a person reads for a value of the file; a value without a title is its own name. */
export function useChoiceName(
  titleOf: (value: string) => TextKey | undefined,
): (value: string) => string {
  const t = useText()
  return (value) => {
    const title = titleOf(value)
    return title === undefined ? value : t(title)
  }
}
