import type { ReactNode } from 'react'
import { TextView } from '../../../viz/text-view.tsx'
import type { PanelViewProps } from './panel-view-props.ts'

export function TextPanel({ plain, fill }: PanelViewProps): ReactNode {
  const content = plain.options['content']
  return (
    <TextView options={plain.options} content={fill(typeof content === 'string' ? content : '')} />
  )
}
