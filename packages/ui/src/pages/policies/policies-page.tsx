import { type ReactNode, useState } from 'react'
import { ApiError } from '../../data/api.ts'
import type { Policies, RouteAnswer, RouteNode } from '../../data/alertmanager-types.ts'
import { type RoutePath, withChild, withoutRoute, withRoute } from '../../data/route-edit.ts'
import { labelsOf } from '../../data/rule-draft.ts'
import { Button } from '../../kit/button.tsx'
import { TextField } from '../../kit/field.tsx'
import { Pill } from '../../kit/labels.tsx'
import { EmptyState, ErrorBox, Fetched } from '../../kit/states.tsx'
import { useServices, useText } from '../../services.tsx'
import { useChange, useJson } from '../use-json.ts'
import { RouteForm } from './route-form.tsx'

/** Which alert goes to whom: the tree of routes, and where labels would lead. */
export function PoliciesPage(): ReactNode {
  const t = useText()
  const policies = useJson<Policies>('api/v2/policies')
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('policies.title')}</h1>
      </div>
      {policies.error instanceof ApiError && policies.error.status === 404 ? (
        <EmptyState icon="route" title={t('alerts.noManager')} hint={t('alerts.noManagerHint')} />
      ) : (
        <Fetched query={policies}>
          {(found) => (
            <>
              <Routes policies={found} />
              <RouteTest />
            </>
          )}
        </Fetched>
      )}
    </div>
  )
}

/** Which route is open in the form: one that is there, or a new one below it. */
interface Opened {
  readonly path: RoutePath
  readonly isNew: boolean
}

function Routes({ policies }: { policies: Policies }): ReactNode {
  const t = useText()
  const { route, version } = policies
  const { isViewer } = useServices()
  const editable = policies.editable && !isViewer
  const [opened, setOpened] = useState<Opened>()
  const receivers = useJson<readonly { readonly name: string }[]>(
    'api/v2/receivers',
    {},
    { enabled: editable },
  )
  const save = useChange<unknown>(['api/v2/policies', 'api/v2/status'])
  const put = (tree: RouteNode): void =>
    save.mutate(
      { method: 'PUT', path: 'api/v2/policies', body: { route: tree, version } },
      { onSuccess: () => setOpened(undefined) },
    )
  const form = (node: RouteNode, path: RoutePath): ReactNode => {
    const isNew = opened?.isNew === true
    const isRoot = path.length === 0 && !isNew
    return (
      <RouteForm
        node={isNew ? {} : node}
        isRoot={isRoot}
        receivers={(receivers.data ?? []).map(({ name }) => name)}
        isBusy={save.isPending}
        onSave={(changed) =>
          put(isNew ? withChild(route, path, changed) : withRoute(route, path, changed))
        }
        {...(isNew || isRoot ? {} : { onDelete: () => put(withoutRoute(route, path)) })}
        onCancel={() => setOpened(undefined)}
      />
    )
  }
  return (
    <section className="card form-side" aria-label={t('policies.tree')}>
      <h2>{t('policies.tree')}</h2>
      <p className="hint under">{t(editable ? 'policies.hint' : 'contacts.readOnly')}</p>
      <ul className="route-tree">
        <Route
          node={route}
          inherited={route}
          path={[]}
          opened={opened}
          form={form}
          {...(editable ? { onOpen: setOpened } : {})}
        />
      </ul>
      {save.error !== null && <ErrorBox error={save.error} />}
    </section>
  )
}

interface RouteProps {
  node: RouteNode
  inherited: RouteNode
  path: RoutePath
  opened: Opened | undefined
  form: (node: RouteNode, path: RoutePath) => ReactNode
  /** Missing: nothing can be changed. */
  onOpen?: (opened: Opened) => void
}

function Route(props: RouteProps): ReactNode {
  const t = useText()
  const { node, inherited, path, opened, onOpen } = props
  const own = { ...inherited, ...node }
  return (
    <li>
      <div className="route">
        {(node.matchers ?? []).length === 0 ? (
          <span className="hint">{t('policies.everything')}</span>
        ) : (
          <span className="labels">
            {node.matchers?.map((matcher) => (
              <span key={matcher} className="label">
                {matcher}
              </span>
            ))}
          </span>
        )}
        <b>→ {own.receiver}</b>
        <span className="hint">
          {t('policies.timers', {
            by: own.group_by?.join(', ') ?? '–',
            wait: own.group_wait ?? '30s',
            interval: own.group_interval ?? '5m',
            repeat: own.repeat_interval ?? '4h',
          })}
        </span>
        {node.continue === true && <Pill>{t('policies.continue')}</Pill>}
        {onOpen !== undefined && (
          <>
            <Button onClick={() => onOpen({ path, isNew: false })}>{t('policies.edit')}</Button>
            <Button icon="plus" onClick={() => onOpen({ path, isNew: true })}>
              {t('policies.add')}
            </Button>
          </>
        )}
      </div>
      {opened?.path.join() === path.join() && props.form(node, path)}
      {node.routes !== undefined && node.routes.length > 0 && (
        <ul>
          {node.routes.map((child, index) => (
            <Route
              key={index}
              {...props}
              node={child}
              inherited={{ ...own, matchers: [], routes: [], continue: false }}
              path={[...path, index]}
            />
          ))}
        </ul>
      )}
    </li>
  )
}

function RouteTest(): ReactNode {
  const t = useText()
  const [labels, setLabels] = useState('alertname=TargetDown\nseverity=critical')
  const test = useChange<RouteAnswer>([])
  return (
    <section className="card form" aria-label={t('policies.test')}>
      <TextField
        wide
        lines={3}
        label={t('policies.labels')}
        hint={t('ruleEdit.labelsHint')}
        value={labels}
        onChange={setLabels}
      />
      <div className="form-end">
        <Button
          kind="primary"
          onClick={() =>
            test.mutate({
              method: 'POST',
              path: 'api/v2/routes/test',
              body: { labels: { ...labelsOf(labels) } },
            })
          }
        >
          {t('policies.test')}
        </Button>
      </div>
      {test.error !== null && <ErrorBox error={test.error} />}
      {test.data !== undefined && (
        <ul className="plain-list is-wide" aria-live="polite">
          {test.data.routes.map((route) => (
            <li key={route.id}>
              <b>{route.receiver}</b>{' '}
              <span className="hint">
                {t('policies.timers', {
                  by: route.groupBy.join(', ') || '–',
                  wait: route.groupWait,
                  interval: route.groupInterval,
                  repeat: route.repeatInterval,
                })}
              </span>{' '}
              {route.matchers.join(', ')}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
