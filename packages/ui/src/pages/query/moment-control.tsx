import type { ReactNode } from 'react'
import { nowMs } from '../../data/browser.ts'
import { parseMoment } from '../../data/time.ts'
import { IconButton } from '../../kit/button.tsx'
import { useSettings, useText, useTimeFormat } from '../../services.tsx'
import type { RangeControlProps } from './range-control-props.ts'

/** The moment at which the table is evaluated; empty is now. */
export function MomentControl(props: RangeControlProps): ReactNode {
  const { panel, runMs, onChange } = props
  const t = useText()
  const time = useTimeFormat()
  const { zone } = useSettings()
  const shown = panel.endMs === undefined ? '' : time.full(panel.endMs)
  const set = (text: string) => {
    if (text.trim() === shown) return
    if (text.trim() === '' || text.trim() === 'now') {
      props.onNow()
      onChange({ ...panel, endMs: undefined })
      return
    }
    const ms = parseMoment(text, nowMs(), zone)
    if (ms !== undefined) onChange({ ...panel, endMs: Math.round(ms / 1000) * 1000 })
  }
  const shift = (sign: 1 | -1) => {
    const next = (panel.endMs ?? runMs) + sign * panel.rangeSeconds * 500
    if (next >= runMs) set('now')
    else onChange({ ...panel, endMs: Math.round(next / 1000) * 1000 })
  }
  return (
    <span className="btn-group">
      <IconButton framed icon="left" label={t('range.earlier')} onClick={() => shift(-1)} />
      <input
        key={shown}
        className="input moment"
        aria-label={t('query.moment')}
        placeholder={`${t('query.moment')}: ${t('query.now')}`}
        defaultValue={shown}
        spellCheck={false}
        onBlur={(event) => set(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur()
        }}
      />
      <IconButton
        framed
        icon="right"
        label={t('range.later')}
        disabled={panel.endMs === undefined}
        onClick={() => shift(1)}
      />
    </span>
  )
}
