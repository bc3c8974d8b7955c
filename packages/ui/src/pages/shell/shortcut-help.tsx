import { Fragment, type ReactNode } from 'react'
import { NativeDialog } from '../../kit/native-dialog.tsx'
import { useServices, useText } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'
import { navPages } from './routes.ts'

const EVERYWHERE: readonly (readonly [readonly string[], TextKey])[] = [
  [['?'], 'keys.help'],
  [['/'], 'keys.filter'],
]
const IN_PLACE: readonly (readonly [readonly string[], TextKey])[] = [
  [['Enter'], 'keys.run'],
  [['Shift', 'Enter'], 'keys.newline'],
  [['←', '→'], 'keys.chart'],
  [['r'], 'keys.refresh'],
  [['t', 'z'], 'keys.zoomOut'],
  [['t', '←'], 'keys.earlier'],
  [['t', '→'], 'keys.later'],
  [['d', 'k'], 'keys.kiosk'],
  [['v'], 'keys.view'],
  [['e'], 'keys.edit'],
  [['i'], 'keys.inspect'],
  [['p', 's'], 'keys.share'],
  [['Esc'], 'keys.back'],
]

export function ShortcutHelp(props: { onClose: () => void }): ReactNode {
  const t = useText()
  const { commandKey, isAgent } = useServices()
  const rows: readonly (readonly [readonly string[], string])[] = [
    [[commandKey, 'K'], t('keys.palette')],
    ...EVERYWHERE.map(([keys, text]) => [keys, t(text)] as const),
    ...navPages(isAgent).map(
      ({ key, title }) => [['g', key], t('keys.go', { page: t(title) })] as const,
    ),
    ...IN_PLACE.map(([keys, text]) => [keys, t(text)] as const),
  ]
  return (
    <NativeDialog title={t('keys.title')} className="key-help" onClose={props.onClose}>
      <dl className="key-list">
        {rows.map(([keys, text]) => (
          <Fragment key={text}>
            <dt>
              {keys.map((key) => (
                <Fragment key={key}>
                  <kbd>{key}</kbd>{' '}
                </Fragment>
              ))}
            </dt>
            <dd>{text}</dd>
          </Fragment>
        ))}
      </dl>
    </NativeDialog>
  )
}
