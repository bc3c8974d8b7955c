import { type ReactNode, useEffect, useRef } from 'react'
import { useText } from '../services.tsx'
import { IconButton } from './button.tsx'

/** The browser's own modal dialog: it traps the focus, closes with Esc, and weighs nothing. */
export function NativeDialog(props: {
  title: string
  className: string
  onClose: () => void
  children: ReactNode
}): ReactNode {
  const t = useText()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    // A click on the backdrop is a click on the dialog itself; Esc does the same for the keyboard.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={dialog}
      className={`dialog ${props.className}`}
      aria-label={props.title}
      onClose={props.onClose}
      onClick={(event) => {
        if (event.target === dialog.current) props.onClose()
      }}
    >
      <div className="dialog-body">
        <header>
          <h2>{props.title}</h2>
          <IconButton icon="close" label={t('app.close')} onClick={props.onClose} />
        </header>
        {props.children}
      </div>
    </dialog>
  )
}
