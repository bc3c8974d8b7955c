// /api/v1/features: what clients may ask of this server. What follows from the language and the flags is made
// here; the server adds what it alone knows.

import { FUNCTIONS } from '@pharos/promql'
import type { ApiServices } from './api-services.ts'

type Features = Readonly<Record<string, boolean>>

/** Groups of features by name; those of `services.featureTable()` are added and win. */
export function featureTable(
  services: Pick<ApiServices, 'features' | 'featureTable' | 'enableAdminApi' | 'enableLifecycle'>,
): Readonly<Record<string, Features>> {
  const { features } = services
  const table: Record<string, Features> = {
    api: {
      ...all(API, true),
      admin: services.enableAdminApi,
      lifecycle: services.enableLifecycle,
      ...all(API_MISSING, false),
    },
    promql: languageFeatures(features),
    promql_functions: functionFeatures(features),
    promql_operators: {
      ...all(OPERATORS, true),
      ...all(['limit_ratio', 'limitk'], features.has(EXPERIMENTAL)),
    },
  }
  for (const [group, more] of Object.entries(services.featureTable()))
    table[group] = { ...table[group], ...more }
  return table
}

const EXPERIMENTAL = 'promql-experimental-functions'

const API = words(
  'exclude_alerts label_values_match query_stats query_warnings time_range_labels time_range_series',
)
const API_MISSING = words(
  'openapi_3.1 openapi_3.2 otlp_write_receiver remote_write_receiver search',
)
const LANGUAGE = words(
  'at_modifier bool by duration_expr group_left group_right ignoring negative_offset offset on per_query_lookback_delta subqueries without',
)
const OPERATORS = words(
  '!= !~ % * + - / < </ <= == =~ > >/ >= @ ^ and atan2 avg bottomk count count_values group max min or quantile stddev stdvar sum topk unless',
)

function languageFeatures(features: ReadonlySet<string>): Features {
  return {
    ...all(LANGUAGE, true),
    ...all(['anchored', 'smoothed'], features.has('promql-extended-range-selectors')),
    ...all(['fill', 'fill_left', 'fill_right'], features.has('promql-binop-fill-modifiers')),
    delayed_name_removal: features.has('promql-delayed-name-removal'),
    per_step_stats: features.has('promql-per-step-stats'),
    type_and_unit_labels: features.has('type-and-unit-labels'),
  }
}

function functionFeatures(features: ReadonlySet<string>): Features {
  const isOn = features.has(EXPERIMENTAL)
  return Object.fromEntries(
    [...FUNCTIONS.values()].map(({ name, experimental }) => [name, !experimental || isOn]),
  )
}

function all(names: readonly string[], isOn: boolean): Features {
  return Object.fromEntries(names.map((name) => [name, isOn]))
}

function words(text: string): readonly string[] {
  return text.split(' ')
}
