// What the server tells its operator: a bell that counts, the list behind it, and a line above the page for what cannot wait.
import { type ReactNode, useState, useSyncExternalStore } from 'react'
import { Link } from 'wouter'
import type { NotificationStore, ServerNotification } from '../../data/notifications.ts'
import { IconButton } from '../../kit/button.tsx'
import { Icon } from '../../kit/icon.tsx'
import { NativeDialog } from '../../kit/native-dialog.tsx'
import { useText, useTimeFormat } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'

interface Wording {
  readonly title: TextKey
  readonly isCritical: boolean
  /** The page that says more. */
  readonly path: string
  readonly link: TextKey
}

const WORDINGS: ReadonlyMap<string, Wording> = new Map([
  ['shutting-down', critical('notice.shuttingDown', '/status', 'nav.status')],
  ['config-reload-failed', critical('notice.configFailed', '/config', 'nav.status')],
  [
    'alertmanager-config-failed',
    critical('notice.messagesConfig', '/contact-points', 'notice.contacts'),
  ],
  ['read-only', critical('notice.readOnly', '/status', 'nav.status')],
  ['messages-failing', critical('notice.messagesFailing', '/contact-points', 'notice.contacts')],
  ['cluster-apart', critical('notice.clusterApart', '/cluster', 'nav.cluster')],
  ['targets-down', minor('notice.targetsDown', '/targets?state=down', 'nav.targets')],
  ['quarantine', minor('notice.quarantine', '/targets', 'nav.targets')],
  ['rules-failing', minor('notice.rulesFailing', '/rules', 'nav.rules')],
])

function critical(title: TextKey, path: string, link: TextKey): Wording {
  return { title, path, link, isCritical: true }
}

function minor(title: TextKey, path: string, link: TextKey): Wording {
  return { title, path, link, isCritical: false }
}

interface NoticesProps {
  readonly store: NotificationStore
}

export function NotificationBell({ store }: NoticesProps): ReactNode {
  const t = useText()
  const { items } = useSyncExternalStore(store.subscribe, store.current)
  const [isOpen, setIsOpen] = useState(false)
  const isCritical = items.some(({ kind }) => WORDINGS.get(kind)?.isCritical === true)
  return (
    <>
      <IconButton
        icon="bell"
        label={t('notice.bell', { count: items.length })}
        aria-haspopup="dialog"
        onClick={() => setIsOpen(true)}
      />
      {items.length > 0 && (
        <b className={isCritical ? 'is-crit' : ''} aria-hidden="true">
          {items.length}
        </b>
      )}
      {isOpen && (
        <NativeDialog
          title={t('notice.title')}
          className="notice-list"
          onClose={() => setIsOpen(false)}
        >
          {items.length === 0 ? (
            <p className="hint">{t('notice.none')}</p>
          ) : (
            <ul>
              {items.map((item) => (
                <li key={item.kind}>
                  <Notice item={item} onGo={() => setIsOpen(false)} />
                </li>
              ))}
            </ul>
          )}
        </NativeDialog>
      )}
    </>
  )
}

/** Above the page: what is critical and was not put away, and that the server does not answer. */
export function NotificationBanner({ store }: NoticesProps): ReactNode {
  const t = useText()
  const { items, isAway } = useSyncExternalStore(store.subscribe, store.current)
  const [away, setAway] = useState<ReadonlySet<string>>(new Set())
  const idOf = ({ kind, date }: ServerNotification) => `${kind} ${date}`
  const shown = items.filter(
    (item) => WORDINGS.get(item.kind)?.isCritical === true && !away.has(idOf(item)),
  )
  return (
    // There before anything stands in it, so that what comes is read out.
    <div className="notice-bar" aria-live="polite">
      {isAway && (
        <div className="note is-crit">
          <Icon name="warning" />
          <div>
            <strong>{t('app.networkTitle')}</strong>
            <p>{t('notice.reconnecting')}</p>
          </div>
        </div>
      )}
      {shown.map((item) => (
        <div key={item.kind} className="note is-crit">
          <Icon name="warning" />
          <Notice item={item} />
          <IconButton
            icon="close"
            label={t('notice.putAway')}
            onClick={() => setAway(new Set([...away, idOf(item)]))}
          />
        </div>
      ))}
    </div>
  )
}

function Notice(props: { item: ServerNotification; onGo?: () => void }): ReactNode {
  const { item } = props
  const t = useText()
  const time = useTimeFormat()
  const wording = WORDINGS.get(item.kind)
  return (
    <div className="notice">
      <strong>
        {wording === undefined ? item.text : t(wording.title, { count: item.count ?? 0 })}
      </strong>
      {item.detail !== undefined && item.detail !== '' && <p>{item.detail}</p>}
      <p className="hint">
        {t('notice.since', { time: time.full(Date.parse(item.date)) })}
        {wording !== undefined && (
          <>
            {' · '}
            <Link href={wording.path} onClick={props.onGo}>
              {t(wording.link)}
            </Link>
          </>
        )}
      </p>
    </div>
  )
}
