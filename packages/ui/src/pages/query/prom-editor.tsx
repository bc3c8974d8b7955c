// The PromQL editor: completion of metrics, labels, values and functions from the server, highlighting, lint.
// Loaded after the page is drawn.
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, insertNewlineAndIndent } from '@codemirror/commands'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { lintKeymap } from '@codemirror/lint'
import { EditorState, type Extension, Prec } from '@codemirror/state'
import { EditorView, highlightSpecialChars, keymap, placeholder } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { type LintStrategy, PromQLExtension } from '@prometheus-io/codemirror-promql'
import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react'
import { cspNonce } from '../../data/browser.ts'
import { useText } from '../../services.tsx'
import type { ExpressionFieldProps, Selection } from './expression-field-props.ts'

export interface PromEditorProps extends ExpressionFieldProps {
  /** Where a person was typing when the editor took over from the plain field. */
  readonly focusAt: Selection | undefined
}

export function PromEditor(props: PromEditorProps): ReactNode {
  const t = useText()
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | undefined>(undefined)
  const latest = useRef(props)
  useLayoutEffect(() => {
    latest.current = props
  })
  const label = t('query.expression')
  const hint = t('query.placeholder')

  // Before the browser goes on: the field it replaces has just lost its focus, and keys must find this one.
  useLayoutEffect(() => {
    const promql = new PromQLExtension().setComplete({
      remote: { url: document.baseURI.replace(/\/$/, ''), httpMethod: 'GET' },
    })
    const { readingsOf } = latest.current
    if (readingsOf !== undefined) promql.setLinter(lintOf(readingsOf, promql.getLinter()))
    const attributes = {
      'aria-label': label,
      spellcheck: 'false',
      ...(latest.current.isFirst ? { 'data-filter': '' } : {}),
    }
    const made = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          EditorView.cspNonce.of(cspNonce()),
          promql.asExtension(),
          placeholder(hint),
          EditorView.contentAttributes.of(attributes),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString())
          }),
          runKeys((text) => latest.current.onRun(text)),
          ...EDITING,
        ],
      }),
    })
    view.current = made
    const { focusAt, onInsertable } = latest.current
    onInsertable((text) => {
      made.dispatch(made.state.replaceSelection(text))
      made.focus()
    })
    if (focusAt !== undefined) {
      made.dispatch({ selection: { anchor: focusAt[0], head: focusAt[1] } })
      made.focus()
    }
    return () => {
      view.current = undefined
      made.destroy()
      promql.destroy()
    }
  }, [label, hint])

  useEffect(() => {
    const editor = view.current
    if (editor === undefined || editor.state.doc.toString() === props.value) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: props.value } })
  }, [props.value])

  return <div ref={host} className="expression is-editor" />
}

/** What is wrong with a text whichever way it is meant. */
function lintOf(
  readingsOf: (text: string) => readonly string[],
  plain: LintStrategy,
): LintStrategy {
  const lint = plain.promQL.call(plain)
  return {
    promQL: () => async (editor) => {
      const { state } = editor
      const found = await Promise.all(
        readingsOf(state.doc.toString()).map(async (insert) => {
          const changes = { from: 0, to: state.doc.length, insert }
          // The same editor as if that stood in it.
          const filled: typeof editor = Object.create(editor, {
            state: { value: state.update({ changes }).state },
          })
          return lint(filled)
        }),
      )
      return found.reduce((best, one) => (one.length < best.length ? one : best))
    },
  }
}

function runKeys(run: (text: string) => void): Extension {
  return Prec.high(
    keymap.of([
      {
        key: 'Enter',
        run(editor) {
          run(editor.state.doc.toString())
          return true
        },
      },
      { key: 'Shift-Enter', run: insertNewlineAndIndent },
    ]),
  )
}

/**
 * Typing over a selection is done here and not by the browser, which would carry the colours of the replaced text
 * into style attributes that the pages' policy forbids.
 */
const REPLACE_SELECTION: Extension = EditorView.domEventHandlers({
  beforeinput(event, editor) {
    const { from, to, empty } = editor.state.selection.main
    const text = event.data
    if (event.inputType !== 'insertText' || text === null || empty || editor.composing) return false
    event.preventDefault()
    const replaced = () =>
      editor.state.update({
        changes: { from, to, insert: text },
        selection: { anchor: from + text.length },
        scrollIntoView: true,
        userEvent: 'input.type',
      })
    const handlers = editor.state.facet(EditorView.inputHandler)
    if (!handlers.some((handle) => handle(editor, from, to, text, replaced)))
      editor.dispatch(replaced())
    return true
  },
})

const COLORS = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--code-keyword)' },
  { tag: tags.operatorKeyword, color: 'var(--code-keyword)' },
  { tag: tags.modifier, color: 'var(--code-keyword)' },
  { tag: tags.function(tags.variableName), color: 'var(--code-function)' },
  { tag: tags.labelName, color: 'var(--code-label)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: tags.number, color: 'var(--code-number)' },
  { tag: tags.operator, color: 'var(--text-2)' },
  { tag: tags.comment, color: 'var(--text-3)' },
])

const EDITING: readonly Extension[] = [
  highlightSpecialChars(),
  history(),
  REPLACE_SELECTION,
  bracketMatching(),
  closeBrackets(),
  // All that is rendered is in view: the list moves on with the selection instead of scrolling.
  autocompletion({ maxRenderedOptions: 12 }),
  syntaxHighlighting(COLORS),
  EditorView.lineWrapping,
  keymap.of([
    ...closeBracketsKeymap,
    ...completionKeymap,
    ...lintKeymap,
    ...defaultKeymap,
    ...historyKeymap,
  ]),
]
