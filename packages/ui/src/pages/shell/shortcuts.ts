// Keyboard shortcuts of all pages: one listener, off while a person types.

interface ShortcutActions {
  palette(): void
  help(): void
  filter(): void
  /** The key after `g`; false when it leads nowhere. */
  go(key: string): boolean
}

const CHORD_MS = 1200

export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly timeStamp: number
  /** In a text field or an open dialog. */
  readonly isTyping: boolean
}

/** @returns a handler that answers whether it has used the key */
export function createShortcuts(actions: ShortcutActions): (press: KeyPress) => boolean {
  let chordStart = -Infinity
  return (press) => {
    if ((press.ctrlKey || press.metaKey) && press.key.toLowerCase() === 'k') {
      actions.palette()
      return true
    }
    if (press.isTyping || press.ctrlKey || press.metaKey || press.altKey) return false
    const inChord = press.timeStamp - chordStart < CHORD_MS
    chordStart = -Infinity
    if (inChord) return actions.go(press.key)
    switch (press.key) {
      case 'g':
        chordStart = press.timeStamp
        return true
      case '?':
        actions.help()
        return true
      case '/':
        actions.filter()
        return true
      default:
        return false
    }
  }
}
