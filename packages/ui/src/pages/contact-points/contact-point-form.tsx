import { type ReactNode, useState } from 'react'
import type { ContactPoint, TestAnswer } from '../../data/alertmanager-types.ts'
import {
  type ContactDraft,
  contactDraftOf,
  contactPointOf,
  KINDS,
  MAIL_PRESETS,
  NEW_CONTACT,
  type TlsMode,
} from '../../data/contact-draft.ts'
import { Button } from '../../kit/button.tsx'
import { Field, TextField } from '../../kit/field.tsx'
import { ErrorBox } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import { useChange } from '../use-json.ts'
import { TestReport } from './test-report.tsx'

type Set = (part: Partial<ContactDraft>) => void

interface FormProps {
  readonly point: ContactPoint | undefined
  readonly version: string
  readonly onClose: () => void
}

export function ContactPointForm(props: FormProps): ReactNode {
  const t = useText()
  const [draft, setDraft] = useState(() =>
    props.point === undefined ? NEW_CONTACT : contactDraftOf(props.point),
  )
  const set: Set = (part) => setDraft({ ...draft, ...part })
  return (
    <form
      className="card form"
      aria-label={t('contacts.form')}
      onSubmit={(event) => event.preventDefault()}
    >
      <TextField
        label={t('contacts.name')}
        value={draft.name}
        onChange={(text) => set({ name: text })}
      />
      <Field label={t('contacts.kind')}>
        <select
          className="select"
          value={draft.kind}
          onChange={(event) => set({ kind: event.target.value })}
        >
          {[...new Set([...KINDS, draft.kind])].map((kind) => (
            <option key={kind}>{kind}</option>
          ))}
        </select>
      </Field>
      <KindFields draft={draft} set={set} />
      <FormEnd {...props} draft={draft} />
    </form>
  )
}

/** Save and try; what came of it stands below. */
function FormEnd(props: FormProps & { draft: ContactDraft }): ReactNode {
  const t = useText()
  const { draft, point, version, onClose } = props
  const [fault, setFault] = useState<unknown>(undefined)
  const save = useChange<unknown>(['api/v2/contact-points', 'api/v2/receivers'])
  const test = useChange<TestAnswer>([])
  const withPoint = (use: (contactPoint: ContactPoint) => void) => {
    try {
      const contactPoint = contactPointOf(draft, point)
      setFault(undefined)
      use(contactPoint)
    } catch (error) {
      setFault(error)
    }
  }
  const path = `api/v2/contact-points/${encodeURIComponent(point?.name ?? draft.name)}`
  const store = (contactPoint: ContactPoint) =>
    save.mutate({ method: 'PUT', path, body: { contactPoint, version } }, { onSuccess: onClose })
  const attempt = (contactPoint: ContactPoint) =>
    test.mutate({ method: 'POST', path: 'api/v2/receivers/test', body: { contactPoint } })
  return (
    <>
      {fault !== undefined && <ErrorBox error={fault} title={t('contacts.jsonFault')} />}
      {save.error !== null && <ErrorBox error={save.error} />}
      {test.error !== null && <ErrorBox error={test.error} />}
      <div className="form-end">
        <Button
          kind="primary"
          disabled={draft.name === '' || save.isPending}
          onClick={() => withPoint(store)}
        >
          {t('ruleEdit.save')}
        </Button>
        <Button disabled={draft.name === '' || test.isPending} onClick={() => withPoint(attempt)}>
          {t(test.isPending ? 'contacts.testing' : 'contacts.test')}
        </Button>
        <Button onClick={onClose}>{t('silences.cancel')}</Button>
      </div>
      {test.data !== undefined && <TestReport answer={test.data} />}
    </>
  )
}

function KindFields(props: { draft: ContactDraft; set: Set }): ReactNode {
  const t = useText()
  const { draft, set } = props
  if (draft.kind === 'email') return <MailFields draft={draft} set={set} />
  if (draft.kind === 'webhook')
    return <TextField wide label="URL" value={draft.url} onChange={(url) => set({ url })} />
  return (
    <TextField
      wide
      lines={8}
      label={t('contacts.settings')}
      hint={t('contacts.settingsHint')}
      value={draft.json}
      onChange={(json) => set({ json })}
    />
  )
}

function MailFields(props: { draft: ContactDraft; set: Set }): ReactNode {
  const t = useText()
  const { draft, set } = props
  return (
    <>
      <fieldset className="filters is-wide" aria-label={t('contacts.presets')}>
        {MAIL_PRESETS.map(({ name, smarthost, isImplicit }) => (
          <Button
            key={name}
            onClick={() => set({ smarthost, tls: isImplicit ? 'implicit' : 'starttls' })}
          >
            {name}
          </Button>
        ))}
      </fieldset>
      <TextField
        label={t('contacts.to')}
        value={draft.to}
        placeholder="ops@example.com"
        onChange={(to) => set({ to })}
      />
      <TextField label={t('contacts.from')} value={draft.from} onChange={(from) => set({ from })} />
      <TextField
        label={t('contacts.server')}
        value={draft.smarthost}
        placeholder="smtp.example.com:587"
        onChange={(smarthost) => set({ smarthost })}
      />
      <Field label={t('contacts.tls')}>
        <select
          className="select"
          value={draft.tls}
          onChange={(event) => set({ tls: event.target.value as TlsMode })}
        >
          <option value="starttls">{t('contacts.starttls')}</option>
          <option value="implicit">{t('contacts.implicit')}</option>
          <option value="none">{t('contacts.noTls')}</option>
        </select>
      </Field>
      <TextField label={t('contacts.user')} value={draft.user} onChange={(user) => set({ user })} />
      <TextField
        label={t('contacts.password')}
        type="password"
        hint={t('contacts.passwordHint')}
        value={draft.password}
        onChange={(password) => set({ password })}
      />
    </>
  )
}
