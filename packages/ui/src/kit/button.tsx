import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { Icon, type IconName } from './icon.tsx'

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'type' | 'className' | 'style'>

export function Button(
  props: Native & { kind?: 'primary' | 'plain'; icon?: IconName; ref?: Ref<HTMLButtonElement> },
): ReactNode {
  const { kind = 'plain', icon, children, ...native } = props
  return (
    <button type="button" className={kind === 'primary' ? 'btn is-primary' : 'btn'} {...native}>
      {icon !== undefined && <Icon name={icon} size={15} />}
      {children}
    </button>
  )
}

/** A button with a picture only; its label is read out and shown on hover. */
export function IconButton(
  props: Native & {
    icon: IconName
    label: string
    framed?: boolean
    ref?: Ref<HTMLButtonElement>
  },
): ReactNode {
  const { icon, label, framed = false, ...native } = props
  return (
    <button
      type="button"
      className={framed ? 'icon-btn is-framed' : 'icon-btn'}
      aria-label={label}
      title={label}
      {...native}
    >
      <Icon name={icon} />
    </button>
  )
}
