import type { ReactNode } from 'react'
import { AnchoredPopover } from '../../kit/anchored-popover.tsx'
import { Icon, type IconName } from '../../kit/icon.tsx'
import type { PopoverContentProps } from '../../kit/lazy-popover.tsx'

export interface PanelAction {
  readonly icon: IconName
  readonly label: string
  /** The key that does the same on a focused panel. */
  readonly keys?: string
  readonly run: () => void
}

export interface PanelMenuProps extends PopoverContentProps {
  readonly title: string
  readonly actions: readonly PanelAction[]
}

export function PanelMenuPopover(props: PanelMenuProps): ReactNode {
  return (
    <AnchoredPopover
      title={props.title}
      className="menu-popover"
      trigger={props.trigger}
      onClose={props.onClose}
    >
      <ul>
        {props.actions.map(({ icon, label, keys, run }) => (
          <li key={label}>
            <button
              type="button"
              onClick={() => {
                props.onClose()
                run()
              }}
            >
              <Icon name={icon} size={15} />
              <span>{label}</span>
              {keys !== undefined && <kbd>{keys}</kbd>}
            </button>
          </li>
        ))}
      </ul>
    </AnchoredPopover>
  )
}
