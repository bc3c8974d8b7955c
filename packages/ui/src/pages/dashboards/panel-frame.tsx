// The frame of a panel: its title, what is wrong with it, where it leads, its menu.
import type { Panel, VariableValue } from '@pharos/dashboards'
import { type ReactNode, useRef } from 'react'
import { IconButton } from '../../kit/button.tsx'
import { Icon } from '../../kit/icon.tsx'
import { PopoverSlot, useLazyPopover } from '../../kit/lazy-popover.tsx'
import { useText } from '../../services.tsx'
import type { PanelCommands } from './panel-commands.ts'
import type { PanelMenuProps } from './panel-menu-popover.tsx'

interface PanelFrameProps {
  readonly panel: Panel
  readonly title: string
  readonly description: string
  readonly links: readonly {
    readonly title: string
    readonly href: string
    readonly isBlank: boolean
  }[]
  readonly isLoading: boolean
  readonly error: string | undefined
  readonly warnings: readonly string[]
  /** Told when the panel shows another time than its dashboard. */
  readonly timeNote: string | undefined
  readonly values: ReadonlyMap<string, VariableValue>
  /** Undefined: nothing can be done with it here. */
  readonly commands: PanelCommands | undefined
  readonly children: ReactNode
}

export function PanelFrame(props: PanelFrameProps): ReactNode {
  const { panel, title, description, error, warnings } = props
  const t = useText()
  const name = title === '' ? t('panel.untitled', { id: panel.id }) : title
  return (
    <section
      className={frameClass(panel, title)}
      aria-label={name}
      data-panel={panel.id}
      // Shortcuts work on the panel that has the focus.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      <header>
        <h3 title={title}>{title}</h3>
        {description !== '' && (
          <span className="panel-info" title={description}>
            <Icon name="info" size={13} />
            <span className="sr-only">{description}</span>
          </span>
        )}
        {props.timeNote !== undefined && <span className="hint">{props.timeNote}</span>}
        {error !== undefined && (
          <span className="panel-fault" role="alert" title={error}>
            <Icon name="warning" size={14} />
            <span className="sr-only">{error}</span>
          </span>
        )}
        {warnings.length > 0 && (
          <span className="panel-warning" title={warnings.join('\n')}>
            <Icon name="warning" size={13} />
            <span className="sr-only">{warnings.join(' ')}</span>
          </span>
        )}
        {props.links.map(({ href, title: text, isBlank }) => (
          <a
            key={`${href} ${text}`}
            href={href}
            className="panel-link"
            title={text}
            {...(isBlank ? { target: '_blank', rel: 'noopener noreferrer' } : {})}
          >
            <Icon name="link" size={13} />
            <span className="sr-only">{text}</span>
          </a>
        ))}
        {props.isLoading && <span className="loading-dot" aria-hidden="true" />}
        {props.commands !== undefined && (
          <PanelMenu {...props} commands={props.commands} name={name} />
        )}
      </header>
      {props.children}
    </section>
  )
}

function PanelMenu(
  props: Pick<PanelFrameProps, 'panel' | 'values'> & { commands: PanelCommands; name: string },
): ReactNode {
  const { panel, values, commands, name } = props
  const t = useText()
  const trigger = useRef<HTMLButtonElement>(null)
  const menu = useLazyPopover<PanelMenuProps>(
    async () => (await import('./panel-menu-popover.tsx')).PanelMenuPopover,
  )
  return (
    <>
      <IconButton
        ref={trigger}
        icon="dots"
        label={t('panel.menu', { title: name })}
        aria-haspopup="dialog"
        aria-expanded={menu.isOpen}
        onPointerEnter={menu.preload}
        onFocus={menu.preload}
        onClick={menu.open}
      />
      <PopoverSlot
        {...menu}
        content={{ trigger, onClose: menu.close, panel, values, commands, title: name }}
      />
    </>
  )
}

function frameClass(panel: Panel, title: string): string {
  return [
    'dash-panel',
    panel.transparent === true ? 'is-transparent' : 'card',
    title === '' ? 'is-untitled' : '',
  ]
    .filter(Boolean)
    .join(' ')
}
