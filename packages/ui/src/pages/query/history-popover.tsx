import { type ReactNode, useState } from 'react'
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox'
import { readStored, writeStored } from '../../data/browser.ts'
import { readHistory } from '../../data/query-history.ts'
import { EmptyState } from '../../kit/states.tsx'
import { AnchoredPopover } from '../../kit/anchored-popover.tsx'
import { useText } from '../../services.tsx'
import type { PopoverContentProps } from '../../kit/lazy-popover.tsx'

export interface HistoryPopoverProps extends PopoverContentProps {
  readonly onPick: (expr: string) => void
}

export function HistoryPopover(props: HistoryPopoverProps): ReactNode {
  const t = useText()
  const [list] = useState(() => readHistory({ read: readStored, write: writeStored }))
  return (
    <AnchoredPopover title={t('query.history')} className="history-popover" {...props}>
      {list.length === 0 ? (
        <EmptyState title={t('query.historyEmpty')} />
      ) : (
        <ListBox
          aria-label={t('query.history')}
          className="history-list"
          // A list that was asked for is where the keyboard wants to be.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus="first"
          items={list.map((expr, id) => ({ id, expr }))}
          onAction={(key) => {
            props.onClose()
            props.onPick(list[Number(key)] ?? '')
          }}
        >
          {({ expr }) => (
            <ListBoxItem className="history-item" textValue={expr}>
              <code>{expr}</code>
            </ListBoxItem>
          )}
        </ListBox>
      )}
    </AnchoredPopover>
  )
}
