import {
  type ComponentType,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from 'react'
import { flushSync } from 'react-dom'
import { useText } from '../../services.tsx'
import type { PromEditorProps } from './prom-editor.tsx'
import type { ExpressionFieldProps, Selection } from './expression-field-props.ts'

/** Starts loading the editor; the bundler keeps the module, so calling it again is free. */
export function loadEditor(): void {
  // When it cannot be loaded the plain field stays, and works.
  void import('./prom-editor.tsx').catch(() => undefined)
}

interface Loaded {
  readonly Editor: ComponentType<PromEditorProps>
  readonly focusAt: Selection | undefined
}

/** A plain text field until the editor with completion is there. */
export function ExpressionField(props: ExpressionFieldProps): ReactNode {
  const t = useText()
  const [loaded, setLoaded] = useState<Loaded | undefined>(undefined)
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    let isWanted = true
    // In one go, so that no key falls between the field that leaves and the editor that takes its focus.
    const take = (Editor: ComponentType<PromEditorProps>) => {
      if (isWanted) flushSync(() => setLoaded({ Editor, focusAt: focusOf(field.current) }))
    }
    import('./prom-editor.tsx').then(
      ({ PromEditor }) => whenComposed(field.current, () => take(PromEditor)),
      () => undefined,
    )
    return () => {
      isWanted = false
    }
  }, [])
  const { onInsertable, onChange } = props
  useEffect(() => {
    const plain = field.current
    if (plain === null) return
    onInsertable((text) => {
      plain.setRangeText(text, plain.selectionStart, plain.selectionEnd, 'end')
      plain.focus()
      onChange(plain.value)
    })
  }, [onInsertable, onChange, loaded])
  if (loaded !== undefined) return <loaded.Editor {...props} focusAt={loaded.focusAt} />
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    props.onRun(props.value)
  }
  return (
    <textarea
      ref={field}
      className="expression"
      aria-label={t('query.expression')}
      placeholder={t('query.placeholder')}
      spellCheck={false}
      autoCapitalize="off"
      rows={props.value.split('\n').length}
      value={props.value}
      data-filter={props.isFirst ? '' : undefined}
      onChange={(event) => props.onChange(event.target.value)}
      onKeyDown={onKeyDown}
      onCompositionStart={(event) => (event.currentTarget.dataset['composing'] = '')}
      onCompositionEnd={(event) => delete event.currentTarget.dataset['composing']}
    />
  )
}

/** Where a person is typing in the field; nothing when they are elsewhere. */
function focusOf(field: HTMLTextAreaElement | null): Selection | undefined {
  return field !== null && document.activeElement === field
    ? [field.selectionStart, field.selectionEnd]
    : undefined
}

/** Calls at once, or, while an input method composes a word in the field, when the word is there. */
function whenComposed(field: HTMLTextAreaElement | null, call: () => void): void {
  if (field?.dataset['composing'] === undefined) return call()
  field.addEventListener('compositionend', () => queueMicrotask(call), { once: true })
}
