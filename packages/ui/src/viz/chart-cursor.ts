// Where the pointer or the keyboard stands in a chart. Kept outside of React state, so that a moving cursor
// re-renders the tooltip and nothing else.

interface CursorState {
  /** Index into the frame's times; undefined when the cursor is outside. */
  readonly index: number | undefined
  /** In CSS pixels from the chart's own left and top. */
  readonly leftPx: number
  readonly topPx: number
  /** The nearest series, drawn in full while the others are dimmed. */
  readonly focus: number | undefined
  /** False when another chart of the same group moves this one's cursor. */
  readonly isOwn: boolean
}

const AWAY: CursorState = { index: undefined, leftPx: 0, topPx: 0, focus: undefined, isOwn: false }

export interface CursorStore {
  readonly current: () => CursorState
  readonly subscribe: (changed: () => void) => () => void
  move(part: Partial<CursorState>): void
  leave(): void
}

export function createCursorStore(): CursorStore {
  let state = AWAY
  const watchers = new Set<() => void>()
  const tell = (next: CursorState) => {
    state = next
    for (const changed of watchers) changed()
  }
  return {
    current: () => state,
    subscribe(changed) {
      watchers.add(changed)
      return () => watchers.delete(changed)
    },
    move: (part) => tell({ ...state, ...part }),
    leave() {
      if (state !== AWAY) tell(AWAY)
    },
  }
}
