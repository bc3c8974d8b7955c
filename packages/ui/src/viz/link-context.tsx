// Links of values. Where they lead depends on the dashboard's variables and range, which who draws does not know.
import type { Field, Frame } from '@pharos/dashboards'
import { createContext, type ReactNode, useContext } from 'react'

export interface ShownLink {
  readonly title: string
  /** A path of ours or an http address; never anything that runs. */
  readonly href: string
  readonly isBlank: boolean
}

/** @param row  of the value; undefined for a value that stands for the whole field */
export type FieldLinks = (
  field: Field,
  frame: Frame,
  row: number | undefined,
) => readonly ShownLink[]

const NO_LINKS: readonly ShownLink[] = []
const LinkContext = createContext<FieldLinks>(() => NO_LINKS)

export function FieldLinksProvider(props: { links: FieldLinks; children: ReactNode }): ReactNode {
  return <LinkContext value={props.links}>{props.children}</LinkContext>
}

export function useFieldLinks(): FieldLinks {
  return useContext(LinkContext)
}
