import type { Panel, VariableValue } from '@pharos/dashboards'
import type { ReactNode } from 'react'
import { AnchoredPopover } from '../../kit/anchored-popover.tsx'
import { Icon } from '../../kit/icon.tsx'
import type { PopoverContentProps } from '../../kit/lazy-popover.tsx'
import { useText } from '../../services.tsx'
import { panelActions } from './panel-actions.ts'
import type { PanelCommands } from './panel-commands.ts'

export interface PanelMenuProps extends PopoverContentProps {
  readonly title: string
  readonly panel: Panel
  readonly values: ReadonlyMap<string, VariableValue>
  readonly commands: PanelCommands
}

export function PanelMenuPopover(props: PanelMenuProps): ReactNode {
  const t = useText()
  return (
    <AnchoredPopover
      title={props.title}
      className="menu-popover"
      trigger={props.trigger}
      onClose={props.onClose}
    >
      <ul>
        {panelActions(props.commands, t, props.panel, props.values).map(
          ({ icon, label, keys, run }) => (
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
          ),
        )}
      </ul>
    </AnchoredPopover>
  )
}
