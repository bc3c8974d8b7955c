// The names in a panel's data, for every form of the editor that asks for one.
import { createContext, type ReactNode, useContext } from 'react'
import { type KnownNames, NO_NAMES } from '../../../data/known-names.ts'

const NamesContext = createContext<KnownNames>(NO_NAMES)

export function NamesProvider(props: { names: KnownNames; children: ReactNode }): ReactNode {
  return <NamesContext value={props.names}>{props.children}</NamesContext>
}

export function useKnownNames(): KnownNames {
  return useContext(NamesContext)
}
