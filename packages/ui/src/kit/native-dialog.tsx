import { type ReactNode, useLayoutEffect, useRef } from 'react'
import { useText } from '../services.tsx'
import { IconButton } from './button.tsx'

/** The browser's own modal dialog: it traps the focus, gives it back, closes with Esc, and weighs nothing. */
export function NativeDialog(props: {
  title: string
  className: string
  /** Without a heading and a button to close it: what is inside stands for itself. */
  isBare?: boolean
  onClose: () => void
  children: ReactNode
}): ReactNode {
  const t = useText()
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    // Taken away without being closed, it would keep the focus from going back to where it was.
    return () => shown?.close()
  }, [])
  return (
    // A click on the backdrop is a click on the dialog itself; Esc does the same for the keyboard.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={dialog}
      className={`dialog ${props.className}`}
      aria-label={props.title}
      onClose={() => {
        if (dialog.current?.open !== true) props.onClose()
      }}
      onClick={(event) => {
        if (event.target === dialog.current) props.onClose()
      }}
    >
      {props.isBare === true ? (
        props.children
      ) : (
        <div className="dialog-body">
          <header>
            <h2>{props.title}</h2>
            <IconButton icon="close" label={t('app.close')} onClick={props.onClose} />
          </header>
          {props.children}
        </div>
      )}
    </dialog>
  )
}
