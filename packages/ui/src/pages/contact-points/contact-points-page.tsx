import { type ReactNode, useState } from 'react'
import { ApiError } from '../../data/api.ts'
import type { ContactPoint, ContactPoints, TestAnswer } from '../../data/alertmanager-types.ts'
import { Button } from '../../kit/button.tsx'
import { Pill } from '../../kit/labels.tsx'
import { EmptyState, ErrorBox, Fetched } from '../../kit/states.tsx'
import { ForEditors } from '../../kit/for-editors.tsx'
import { useServices, useText } from '../../services.tsx'
import { useChange, useJson } from '../use-json.ts'
import { ContactPointForm } from './contact-point-form.tsx'
import { TestReport } from './test-report.tsx'

const PATH = 'api/v2/contact-points'

/** Who is told, by which way; each can be tried. */
export function ContactPointsPage(): ReactNode {
  const t = useText()
  const points = useJson<ContactPoints>(PATH)
  const { isViewer } = useServices()
  const [edited, setEdited] = useState<ContactPoint | 'new' | undefined>(undefined)
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('contacts.title')}</h1>
        <span className="spacer" />
        {points.data?.editable === true && !isViewer && edited === undefined && (
          <Button kind="primary" icon="plus" onClick={() => setEdited('new')}>
            {t('contacts.new')}
          </Button>
        )}
      </div>
      {points.error instanceof ApiError && points.error.status === 404 ? (
        <EmptyState icon="mail" title={t('alerts.noManager')} hint={t('alerts.noManagerHint')} />
      ) : (
        <Fetched query={points}>
          {({ contactPoints, editable, version }) => (
            <>
              {!editable && <p className="hint under">{t('contacts.readOnly')}</p>}
              {edited !== undefined && (
                <ContactPointForm
                  key={edited === 'new' ? '' : edited.name}
                  point={edited === 'new' ? undefined : edited}
                  version={version}
                  onClose={() => setEdited(undefined)}
                />
              )}
              <div className="alert-rules">
                {contactPoints.map((point) => (
                  <PointCard
                    key={point.name}
                    point={point}
                    isEditable={editable && !isViewer}
                    onEdit={() => setEdited(point)}
                  />
                ))}
              </div>
            </>
          )}
        </Fetched>
      )}
    </div>
  )
}

function PointCard(props: {
  point: ContactPoint
  isEditable: boolean
  onEdit: () => void
}): ReactNode {
  const t = useText()
  const { name, integrations } = props.point
  const test = useChange<TestAnswer>([])
  const remove = useChange<unknown>([PATH])
  return (
    <section className="card" aria-label={name}>
      <div className="alert-head">
        <h2>{name}</h2>
        {integrations.length === 0 && <span className="hint">{t('contacts.nobody')}</span>}
        {integrations.map(({ kind, settings }, index) => (
          <span key={`${index}${kind}`} className="label">
            <i>{kind} </i>
            {targetOf(settings)}
          </span>
        ))}
        <span className="spacer" />
        <ForEditors>
          {integrations.length > 0 && (
            <Button
              disabled={test.isPending}
              onClick={() =>
                test.mutate({
                  method: 'POST',
                  path: 'api/v2/receivers/test',
                  body: { receiver: name },
                })
              }
            >
              {t(test.isPending ? 'contacts.testing' : 'contacts.test')}
            </Button>
          )}
        </ForEditors>
        {props.isEditable && (
          <>
            <Button onClick={props.onEdit}>{t('silences.edit')}</Button>
            <Button
              icon="trash"
              disabled={remove.isPending}
              onClick={() =>
                remove.mutate({ method: 'DELETE', path: `${PATH}/${encodeURIComponent(name)}` })
              }
            >
              {t('push.delete')}
            </Button>
          </>
        )}
        {test.data?.ok === true && <Pill tone="ok">{t('contacts.sent')}</Pill>}
      </div>
      {remove.error !== null && <ErrorBox error={remove.error} />}
      {test.error !== null && <ErrorBox error={test.error} />}
      {test.data !== undefined && <TestReport answer={test.data} />}
    </section>
  )
}

/** What tells one integration from another of its kind. */
function targetOf(settings: Readonly<Record<string, unknown>>): string {
  for (const key of ['to', 'url', 'channel', 'chat_id', 'webhook_url', 'room'])
    if (typeof settings[key] === 'string' || typeof settings[key] === 'number')
      return String(settings[key])
  return ''
}
