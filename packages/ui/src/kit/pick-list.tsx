// A text field over a list, one entry of which is marked: arrows move the mark, Enter takes what is marked. Typing marks the
// first entry at once, so that Enter takes what stands first however quickly it comes.
// oxlint-disable jsx-a11y/prefer-tag-over-role -- a native list cannot stand under a field that keeps the focus
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'

export interface PickItem {
  /** Once in the whole list. */
  readonly key: string
  readonly content: ReactNode
}

export interface PickSection {
  readonly key: string
  readonly title?: string
  readonly items: readonly PickItem[]
}

/** How far Page Up and Page Down move. */
const PAGE = 10

interface PickListProps {
  /** What the list holds. */
  readonly label: string
  /** What to type; also the field's name. */
  readonly hint: string
  readonly text: string
  readonly sections: readonly PickSection[]
  /** More entries may come behind those that are there; Enter that finds none yet waits for the first. */
  readonly isWaiting: boolean
  /** What is shown was found for an earlier text: Enter waits for what belongs to this one. */
  readonly isStale?: boolean
  readonly itemClass: string
  readonly onText: (text: string) => void
  readonly onPick: (key: string) => void
  /** Between the field and the list. */
  readonly bar?: ReactNode
  /** In place of a list without entries. */
  readonly empty: ReactNode
}

export function PickList(props: PickListProps): ReactNode {
  const id = useId()
  const mark = useMark(props)
  const idOf = (key: string) => `${id}-${key}`
  return (
    <>
      <input
        type="text"
        role="combobox"
        aria-label={props.hint}
        aria-autocomplete="list"
        aria-expanded={mark.key !== undefined}
        aria-controls={`${id}-list`}
        aria-activedescendant={mark.key === undefined ? undefined : idOf(mark.key)}
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        enterKeyHint="go"
        placeholder={props.hint}
        value={props.text}
        onChange={(event) => {
          mark.reset()
          props.onText(event.target.value)
        }}
        onKeyDown={mark.onKeyDown}
      />
      {props.bar}
      <Options {...props} id={`${id}-list`} idOf={idOf} marked={mark.key} onMark={mark.move} />
      {mark.key === undefined && props.empty}
    </>
  )
}

/** Which entry is marked, and what the keys of the field do. */
function useMark(props: PickListProps): {
  key: string | undefined
  move: (key: string) => void
  reset: () => void
  onKeyDown: (event: KeyboardEvent) => void
} {
  const { sections, isWaiting, isStale = false, onPick } = props
  const [moved, setMoved] = useState<string | undefined>(undefined)
  const [isTaken, setIsTaken] = useState(false)
  const items = sections.flatMap((section) => section.items)
  const at = Math.max(
    0,
    items.findIndex(({ key }) => key === moved),
  )
  const first = items[0]?.key
  useEffect(() => {
    if (isTaken && !isStale && first !== undefined) onPick(first)
  }, [isTaken, isStale, first, onPick])
  const take = () => {
    const item = items[at]
    if (isStale || item === undefined) setIsTaken(isStale || isWaiting)
    else onPick(item.key)
  }
  return {
    key: items[at]?.key,
    move: setMoved,
    reset() {
      setMoved(undefined)
      setIsTaken(false)
    },
    onKeyDown(event) {
      if (event.nativeEvent.isComposing) return
      const to = moveBy(event.key, at, items.length)
      if (event.key === 'Enter') take()
      else if (to !== undefined) setMoved(items[to]!.key)
      else return
      event.preventDefault()
    },
  }
}

function Options(
  props: Pick<PickListProps, 'label' | 'sections' | 'itemClass' | 'onPick'> & {
    id: string
    idOf: (key: string) => string
    marked: string | undefined
    onMark: (key: string) => void
  },
): ReactNode {
  const { label, sections, marked, idOf } = props
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [marked])
  return (
    <div
      ref={list}
      id={props.id}
      className="pick-list"
      role="listbox"
      aria-label={label}
      // The field keeps the focus, also when the list is pressed or scrolled.
      tabIndex={-1}
      onMouseDown={(event) => event.preventDefault()}
    >
      {sections.map(({ key, title, items }) =>
        items.length === 0 ? null : (
          <div key={key} role="group" aria-label={title ?? label}>
            {title !== undefined && <header aria-hidden="true">{title}</header>}
            {items.map((item) => (
              // The field holds the focus and its keys choose.
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
              <div
                key={item.key}
                id={idOf(item.key)}
                role="option"
                aria-selected={item.key === marked}
                className={props.itemClass}
                // Not on entering: the list also moves below a pointer that rests.
                onPointerMove={() => props.onMark(item.key)}
                onClick={() => props.onPick(item.key)}
              >
                {item.content}
              </div>
            ))}
          </div>
        ),
      )}
    </div>
  )
}

/** @returns undefined for a key that does not move the mark */
function moveBy(key: string, at: number, count: number): number | undefined {
  if (count === 0) return undefined
  switch (key) {
    case 'ArrowDown':
      return (at + 1) % count
    case 'ArrowUp':
      return (at + count - 1) % count
    case 'PageDown':
      return Math.min(count - 1, at + PAGE)
    case 'PageUp':
      return Math.max(0, at - PAGE)
    default:
      return undefined
  }
}
