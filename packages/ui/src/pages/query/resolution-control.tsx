import type { ReactNode } from 'react'
import type { QueryPanelState, Resolution } from '../../data/query-link.ts'
import { formatStep, parseSpan } from '../../data/time.ts'
import { useText } from '../../services.tsx'

const FIXED_STEPS = [1, 5, 15, 60, 300, 3600]

export function ResolutionControl(props: {
  panel: QueryPanelState
  onChange: (panel: QueryPanelState) => void
}): ReactNode {
  const { panel, onChange } = props
  const t = useText()
  const { resolution } = panel
  const set = (next: Resolution) => onChange({ ...panel, resolution: next })
  const choose = (value: string) => {
    if (value === 'low' || value === 'medium' || value === 'high')
      set({ kind: 'auto', density: value })
    else if (value === 'custom') set({ kind: 'custom', stepSeconds: 30 })
    else set({ kind: 'fixed', stepSeconds: Number(value) })
  }
  const value =
    resolution.kind === 'auto'
      ? resolution.density
      : resolution.kind === 'fixed' && FIXED_STEPS.includes(resolution.stepSeconds)
        ? String(resolution.stepSeconds)
        : 'custom'
  return (
    <>
      <select
        className="select"
        aria-label={t('query.resolution')}
        value={value}
        onChange={(event) => choose(event.target.value)}
      >
        <option value="low">{t('query.low')}</option>
        <option value="medium">{t('query.medium')}</option>
        <option value="high">{t('query.high')}</option>
        {FIXED_STEPS.map((step) => (
          <option key={step} value={String(step)}>
            {t('query.fixed', { step: formatStep(step) })}
          </option>
        ))}
        <option value="custom">{t('query.custom')}</option>
      </select>
      {value === 'custom' && resolution.kind !== 'auto' && (
        <input
          key={resolution.stepSeconds}
          className="input step-input"
          aria-label={t('query.customLabel')}
          defaultValue={formatStep(resolution.stepSeconds)}
          onBlur={(event) => {
            const step = parseSpan(event.target.value)
            if (step !== undefined && step !== resolution.stepSeconds)
              set({ kind: 'custom', stepSeconds: step })
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.currentTarget.blur()
          }}
        />
      )}
    </>
  )
}
