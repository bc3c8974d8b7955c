// A dashboard from a file or the clipboard: read, checked, its questions asked, saved.
import { type DashboardProblem, loadDashboard, type LoadedDashboard } from '@pharos/dashboards'
import { useQueryClient } from '@tanstack/react-query'
import { type ChangeEvent, type FormEvent, type ReactNode, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { type DashboardInput, inputsOf, withInputs } from '../../data/dashboard-inputs.ts'
import { dashboardPath, saveDashboard } from '../../data/dashboards-api.ts'
import { ErrorBox } from '../../kit/states.tsx'
import { useServices, useText } from '../../services.tsx'
import { readJson } from './read-json.ts'

const FILE_BYTES_MAX = 20 * 1024 * 1024

export function ImportPage(): ReactNode {
  const t = useText()
  const [text, setText] = useState('')
  const [fault, setFault] = useState<string | undefined>(undefined)
  const take = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    if (file === undefined) return
    if (file.size > FILE_BYTES_MAX) {
      setFault(t('import.tooLarge'))
      return
    }
    file.text().then(
      (read) => {
        setFault(undefined)
        setText(read)
      },
      (error: unknown) => setFault(String(error)),
    )
  }
  return (
    <div className="page import-page">
      <div className="page-head">
        <h1>{t('import.title')}</h1>
      </div>
      <section className="card block stack">
        <label>
          {t('import.file')}
          <input className="input" type="file" accept=".json,application/json" onChange={take} />
        </label>
        <label>
          {t('import.paste')}
          <textarea
            className="input source"
            spellCheck={false}
            value={text}
            placeholder={t('import.placeholder')}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        {fault !== undefined && (
          <p className="field-fault" role="alert">
            {fault}
          </p>
        )}
      </section>
      {text.trim() !== '' && <Read key={text} text={text} />}
    </div>
  )
}

function Read({ text }: { text: string }): ReactNode {
  const t = useText()
  const read = useMemo(() => readJson(text), [text])
  if ('fault' in read)
    return (
      <p className="field-fault" role="alert">
        {t('import.notJson')} {read.fault}
      </p>
    )
  return <Found json={read.value} />
}

function Found({ json }: { json: unknown }): ReactNode {
  const t = useText()
  const loaded = useMemo(() => loadDashboard(json), [json])
  const broken = loaded.problems.find(({ path }) => path === '')
  if (broken === undefined) return <ImportForm json={json} loaded={loaded} />
  return (
    <p className="field-fault" role="alert">
      {t('import.notDashboard')} {broken.message}
    </p>
  )
}

interface Answers {
  readonly title: string
  readonly uid: string
  readonly overwrite: boolean
  readonly inputs: ReadonlyMap<string, string>
}

/** Saves, and goes to what was saved. */
function useImport(
  json: unknown,
  inputs: readonly DashboardInput[],
): { save: (answers: Answers) => void; error: unknown; isBusy: boolean } {
  const { api } = useServices()
  const queries = useQueryClient()
  const [, navigate] = useLocation()
  const [error, setError] = useState<unknown>(undefined)
  const [isBusy, setIsBusy] = useState(false)
  const run = async ({ title, uid, overwrite, inputs: answered }: Answers): Promise<void> => {
    setIsBusy(true)
    setError(undefined)
    try {
      const dashboard = {
        ...withInputs(json, inputs, answered),
        id: null,
        title: title.trim(),
        ...(uid.trim() === '' ? {} : { uid: uid.trim() }),
      }
      const saved = await saveDashboard(api, { dashboard, message: '', overwrite })
      await queries.invalidateQueries({ queryKey: ['dashboards'] })
      queries.removeQueries({ queryKey: ['dashboard', saved.uid] })
      navigate(dashboardPath(saved.uid, title))
    } catch (fault) {
      setError(fault)
      setIsBusy(false)
    }
  }
  return { save: (answers) => void run(answers), error, isBusy }
}

function ImportForm({ json, loaded }: { json: unknown; loaded: LoadedDashboard }): ReactNode {
  const t = useText()
  const inputs = useMemo(() => inputsOf(json), [json])
  const [answers, setAnswers] = useState<Answers>(() => ({
    title: loaded.dashboard.title,
    uid: loaded.dashboard.uid ?? '',
    overwrite: false,
    inputs: new Map(inputs.map(({ name, value }) => [name, value])),
  }))
  const { save, error, isBusy } = useImport(json, inputs)
  const set = (part: Partial<Answers>) => setAnswers({ ...answers, ...part })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save(answers)
  }
  return (
    <form className="card block stack" onSubmit={submit}>
      <p>{t('import.found', { count: countPanels(loaded.dashboard.panels) })}</p>
      <label>
        {t('dash.title')}
        <input
          className="input"
          required
          value={answers.title}
          onChange={(event) => set({ title: event.target.value })}
        />
      </label>
      <label>
        {t('import.uid')}
        <input
          className="input"
          maxLength={40}
          value={answers.uid}
          onChange={(event) => set({ uid: event.target.value })}
        />
      </label>
      {inputs.map((input) => (
        <InputField
          key={input.name}
          input={input}
          value={answers.inputs.get(input.name) ?? ''}
          onChange={(value) => set({ inputs: new Map(answers.inputs).set(input.name, value) })}
        />
      ))}
      <Problems problems={loaded.problems} />
      {error !== undefined && (
        <>
          <ErrorBox error={error} title={t('dash.saveFailed')} />
          <label className="check">
            <input
              type="checkbox"
              checked={answers.overwrite}
              onChange={(event) => set({ overwrite: event.target.checked })}
            />
            {t('dash.overwrite')}
          </label>
        </>
      )}
      <div className="dialog-buttons">
        <button
          type="submit"
          className="btn is-primary"
          disabled={isBusy || answers.title.trim() === ''}
        >
          {t('dash.import')}
        </button>
      </div>
    </form>
  )
}

function countPanels(
  panels: readonly { type: string; panels?: readonly { type: string }[] }[],
): number {
  return panels.reduce(
    (sum, { type, panels: inner }) => sum + (type === 'row' ? (inner?.length ?? 0) : 1),
    0,
  )
}

function InputField(props: {
  input: DashboardInput
  value: string
  onChange: (value: string) => void
}): ReactNode {
  const { input, value, onChange } = props
  const t = useText()
  if (input.kind === 'datasource')
    return (
      <label>
        {input.label}
        <select className="select" value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="pharos">{t('import.thisServer')}</option>
        </select>
      </label>
    )
  return (
    <label>
      {input.label}
      <input className="input" value={value} onChange={(event) => onChange(event.target.value)} />
    </label>
  )
}

const PROBLEMS_SHOWN = 8

function Problems({ problems }: { problems: readonly DashboardProblem[] }): ReactNode {
  const t = useText()
  if (problems.length === 0) return null
  return (
    <div className="note is-warn">
      <div>
        <strong>{t('import.problems', { count: problems.length })}</strong>
        <ul>
          {problems.slice(0, PROBLEMS_SHOWN).map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <code>{path}</code> {message}
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}
