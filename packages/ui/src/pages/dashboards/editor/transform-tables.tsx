// Transformations that are told something of each column, or of each query.
import type { JsonObject } from '@pharos/dashboards'
import type { ReactNode } from 'react'
import { valueOfPath } from '../../../data/json-path.ts'
import { organizedColumns, withColumnMoved, withEntry } from '../../../data/organize-columns.ts'
import { IconButton } from '../../../kit/button.tsx'
import { useText } from '../../../services.tsx'
import { ChoiceInput, DraftInput } from './draft-input.tsx'
import { useKnownNames } from './known-names-context.tsx'
import { CalcInput, CalcListInput } from './name-inputs.tsx'

interface TableProps {
  readonly options: JsonObject
  readonly onChange: (options: JsonObject) => void
}

/** Columns in their order: shown or not, and under which name. */
export function OrganizeRows({ options, onChange }: TableProps): ReactNode {
  const t = useText()
  const { fields } = useKnownNames()
  const columns = organizedColumns(fields, options)
  if (columns.length === 0) return <p className="hint">{t('panel.noData')}</p>
  return (
    <div className="form-rows">
      {columns.map(({ name, isHidden, shownAs }, index) => (
        <div key={name} className="step-row">
          <IconButton
            icon="eye"
            label={`${t(isHidden ? 'editor.show' : 'editor.hide')}: ${name}`}
            aria-pressed={!isHidden}
            onClick={() =>
              onChange(withEntry(options, 'excludeByName', name, isHidden ? undefined : true))
            }
          />
          <span className="form-name" title={name}>
            {name}
          </span>
          <DraftInput
            label={t('form.renameOf', { name })}
            placeholder={t('form.newName')}
            value={shownAs}
            onChange={(text) =>
              onChange(withEntry(options, 'renameByName', name, text || undefined))
            }
          />
          <IconButton
            icon="up"
            label={`${t('editor.moveUp')}: ${name}`}
            disabled={index === 0}
            onClick={() => onChange(withColumnMoved(columns, options, index, -1))}
          />
          <IconButton
            icon="down"
            label={`${t('editor.moveDown')}: ${name}`}
            disabled={index === columns.length - 1}
            onClick={() => onChange(withColumnMoved(columns, options, index, 1))}
          />
        </div>
      ))}
    </div>
  )
}

/** What becomes of each column when rows are put together. */
export function GroupingRows({ options, onChange }: TableProps): ReactNode {
  const t = useText()
  const { fields } = useKnownNames()
  const names = [...new Set([...fields, ...Object.keys(options)])]
  if (names.length === 0) return <p className="hint">{t('panel.noData')}</p>
  const titles: Readonly<Record<string, string>> = {
    '': t('form.leftOut'),
    groupby: t('form.groupBy'),
    aggregate: t('opt.calculation'),
  }
  return (
    <div className="form-rows">
      {names.map((name) => {
        const settings = Object.hasOwn(options, name) ? options[name] : undefined
        const operation = valueOfPath(settings, 'operation')
        const chosen = typeof operation === 'string' ? operation : ''
        const calcs = valueOfPath(settings, 'aggregations')
        const set = (part: JsonObject | undefined) => {
          const { [name]: before, ...rest } = options
          onChange(
            part === undefined
              ? rest
              : { ...options, [name]: { ...(before as JsonObject), ...part } },
          )
        }
        return (
          <div key={name}>
            <div className="step-row">
              <span className="form-name" title={name}>
                {name}
              </span>
              <ChoiceInput
                label={t('form.groupingOf', { name })}
                value={chosen}
                values={Object.keys(titles)}
                titleOf={(one) => titles[one] ?? one}
                onChange={(next) =>
                  set(
                    next === ''
                      ? undefined
                      : {
                          operation: next,
                          aggregations: next === 'aggregate' ? ['lastNotNull'] : [],
                        },
                  )
                }
              />
            </div>
            {chosen === 'aggregate' && (
              <CalcListInput
                label={`${t('opt.calculation')}: ${name}`}
                value={Array.isArray(calcs) ? calcs.filter((one) => typeof one === 'string') : []}
                onChange={(aggregations) => set({ aggregations })}
              />
            )}
          </div>
        )
      })}
    </div>
  )
}

/** The value that stands for the series of each query in a table of trends. */
export function QueryRows({ options, onChange }: TableProps): ReactNode {
  const t = useText()
  const { refIds } = useKnownNames()
  return (
    <div className="form-rows">
      {[...new Set([...refIds, ...Object.keys(options)])].map((refId) => {
        const stat = valueOfPath(options, `${refId}.stat`)
        const label = t('editor.query', { name: refId })
        return (
          <label key={refId}>
            <span>{label}</span>
            <CalcInput
              label={label}
              value={typeof stat === 'string' ? stat : 'lastNotNull'}
              onChange={(calc) => onChange(withEntry(options, refId, 'stat', calc))}
            />
          </label>
        )
      })}
    </div>
  )
}
