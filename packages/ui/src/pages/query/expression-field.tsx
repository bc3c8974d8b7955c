import {
  type ComponentType,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from 'react'
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
    import('./prom-editor.tsx').then(
      ({ PromEditor }) => {
        const plain = field.current
        const focusAt: Selection | undefined =
          plain !== null && document.activeElement === plain
            ? [plain.selectionStart, plain.selectionEnd]
            : undefined
        if (isWanted) setLoaded({ Editor: PromEditor, focusAt })
      },
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
    if (event.key !== 'Enter' || event.shiftKey) return
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
    />
  )
}
