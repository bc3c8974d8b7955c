import { useState } from 'react'

const NONE: ReadonlySet<number> = new Set()

/** Hidden series by place; forgotten when other series are shown. */
export function useHidden(
  names: readonly string[],
): [ReadonlySet<number>, (hidden: ReadonlySet<number>) => void] {
  const key = names.join('\n')
  const [state, setState] = useState({ key, hidden: NONE })
  return [state.key === key ? state.hidden : NONE, (hidden) => setState({ key, hidden })]
}
