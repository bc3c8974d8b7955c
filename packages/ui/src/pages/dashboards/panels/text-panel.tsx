import type { ReactNode } from 'react'
import { TextView } from '../../../viz/text-view.tsx'
import type { RareProps } from './rare-props.ts'

export function TextPanel({ plain, fill }: RareProps): ReactNode {
  const content = plain.options['content']
  return (
    <TextView options={plain.options} content={fill(typeof content === 'string' ? content : '')} />
  )
}
