import { type ReactNode, useEffect, useState } from 'react'
import { after, copyText } from '../data/browser.ts'
import { useText } from '../services.tsx'
import { Icon } from './icon.tsx'

const SHOWN_MS = 1800

export function CopyButton(props: { text: () => string; label?: string }): ReactNode {
  const t = useText()
  const [isDone, setIsDone] = useState(false)
  useEffect(() => (isDone ? after(SHOWN_MS, () => setIsDone(false)) : undefined), [isDone])
  const label = props.label ?? t('app.copy')
  const copy = () => {
    copyText(props.text()).then(setIsDone, () => setIsDone(false))
  }
  return (
    <button type="button" className="btn" onClick={copy}>
      <Icon name={isDone ? 'check' : 'copy'} size={15} />
      <span aria-live="polite">{isDone ? t('app.copied') : label}</span>
    </button>
  )
}
