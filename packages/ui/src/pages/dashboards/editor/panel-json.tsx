import { loadDashboard, type Panel } from '@pharos/dashboards'
import { type ReactNode, useState } from 'react'
import { Button } from '../../../kit/button.tsx'
import { useText } from '../../../services.tsx'
import { readJson } from '../read-json.ts'

/** The panel as text: what no option offers can be changed here. */
export function PanelJson(props: { panel: Panel; onChange: (panel: Panel) => void }): ReactNode {
  const { panel, onChange } = props
  const t = useText()
  const [text, setText] = useState(() => JSON.stringify(panel, undefined, 2))
  const [fault, setFault] = useState<string | undefined>(undefined)
  const apply = () => {
    const read = readJson(text)
    if ('fault' in read) {
      setFault(read.fault)
      return
    }
    // A panel alone is read as the only one of a dashboard, so that what is missing gets its default.
    const [found] = loadDashboard({ title: '', schemaVersion: 41, panels: [read.value] }).dashboard
      .panels
    if (found === undefined) setFault(t('editor.wantsObject'))
    else {
      setFault(undefined)
      onChange({ ...found, id: panel.id })
    }
  }
  return (
    <div className="stack">
      <textarea
        className="input source"
        aria-label={t('inspect.json')}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {fault !== undefined && (
        <p className="field-fault" role="alert">
          {fault}
        </p>
      )}
      <div className="dialog-buttons">
        <Button kind="primary" onClick={apply}>
          {t('range.apply')}
        </Button>
      </div>
    </div>
  )
}
