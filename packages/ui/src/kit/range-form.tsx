import { type FormEvent, type ReactNode, useState } from 'react'
import { useText, useTimeFormat } from '../services.tsx'
import { type Option, Segmented } from './segmented.tsx'

export type RangeFault = 'range.invalid' | 'range.order'

/** From and to as a person writes them, and the zone they are meant in. */
export function RangeForm(props: {
  from: string
  to: string
  /** Takes what was written, or says what is wrong with it. */
  onApply: (from: string, to: string) => RangeFault | undefined
  zone: string
  zones: readonly Option<string>[]
  onZone: (zone: string) => void
  hasZoneName: boolean
}): ReactNode {
  const t = useText()
  const time = useTimeFormat()
  const [from, setFrom] = useState(props.from)
  const [to, setTo] = useState(props.to)
  const [fault, setFault] = useState<RangeFault | undefined>(undefined)
  const apply = (event: FormEvent) => {
    event.preventDefault()
    setFault(props.onApply(from, to))
  }
  const field = { className: 'input', spellCheck: false, 'aria-invalid': fault !== undefined }
  return (
    <form className="range-form" onSubmit={apply}>
      <h3>{t('range.absolute')}</h3>
      <label>
        {t('range.from')}
        <input {...field} value={from} onChange={(event) => setFrom(event.target.value)} />
      </label>
      <label>
        {t('range.to')}
        <input {...field} value={to} onChange={(event) => setTo(event.target.value)} />
      </label>
      {fault !== undefined && (
        <p className="field-fault" role="alert">
          {t(fault)}
        </p>
      )}
      <button type="submit" className="btn is-primary">
        {t('range.apply')}
      </button>
      <div className="zone">
        <span>{t('range.zone')}</span>
        <Segmented
          label={t('range.zone')}
          value={props.zone}
          options={props.zones}
          onChange={props.onZone}
        />
      </div>
      {props.hasZoneName && <span className="hint">{time.zoneName}</span>}
    </form>
  )
}
