import { type ReactNode, useEffect, useState } from 'react'
import { oneOf, type PanelProps } from './panel-props.ts'

/** Markdown, HTML or code, with the variables of the dashboard filled in by the caller. */
export function TextView(props: Pick<PanelProps, 'options'> & { content: string }): ReactNode {
  const mode = oneOf(props.options, 'mode', ['markdown', 'html', 'code'])
  const { content } = props
  const [html, setHtml] = useState('')
  useEffect(() => {
    if (mode === 'code') return undefined
    let isWanted = true
    import('./markdown.ts').then(
      ({ safeHtml }) => isWanted && setHtml(safeHtml(content, mode, window)),
      // The plain text stands there until the module can be loaded.
      () => undefined,
    )
    return () => {
      isWanted = false
    }
  }, [content, mode])
  if (mode === 'code' || html === '')
    return (
      <div className={mode === 'code' ? 'text-panel' : 'text-panel is-plain'}>
        <pre>{content}</pre>
      </div>
    )
  // Sanitised above; see markdown.ts.
  // oxlint-disable-next-line react/no-danger
  return <div className="text-panel" dangerouslySetInnerHTML={{ __html: html }} />
}
