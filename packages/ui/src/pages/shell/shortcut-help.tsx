import { Fragment, type ReactNode } from 'react'
import { NativeDialog } from '../../kit/native-dialog.tsx'
import { useText } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'

const KEYS: readonly (readonly [readonly string[], TextKey])[] = [
  [['Ctrl', 'K'], 'keys.palette'],
  [['?'], 'keys.help'],
  [['/'], 'keys.filter'],
  [['g', 'o'], 'keys.goOverview'],
  [['g', 'q'], 'keys.goQuery'],
  [['g', 't'], 'keys.goTargets'],
  [['g', 'i'], 'keys.goStatus'],
  [['Enter'], 'keys.run'],
  [['Shift', 'Enter'], 'keys.newline'],
  [['←', '→'], 'keys.chart'],
]

export function ShortcutHelp(props: { onClose: () => void }): ReactNode {
  const t = useText()
  return (
    <NativeDialog title={t('keys.title')} className="key-help" onClose={props.onClose}>
      <dl className="key-list">
        {KEYS.map(([keys, text]) => (
          <Fragment key={text}>
            <dt>
              {keys.map((key) => (
                <Fragment key={key}>
                  <kbd>{key}</kbd>{' '}
                </Fragment>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </Fragment>
        ))}
      </dl>
    </NativeDialog>
  )
}
