// What each transformation is told, input by input. The editor's forms are made of this; options that no input shows
// stay in the JSON.
//
// @source  the options that packages/dashboards/src/transform reads
import type { JsonObject } from '@pharos/dashboards'
import type { TextKey } from '../text/dictionary.ts'
import { valueOfPath } from './json-path.ts'

type InputKind =
  | { readonly kind: 'text' | 'number' | 'scalar' | 'operand' }
  | { readonly kind: 'field' | 'fields' | 'labels' | 'label' | 'refId' }
  | { readonly kind: 'calc' | 'calcs' }
  | { readonly kind: 'switch'; readonly standard: boolean }
  /** The first value is the standard. */
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | {
      readonly kind: 'list'
      readonly inputs: readonly FormInput[]
      /** What a new item begins as. */
      readonly fresh: JsonObject
      readonly most?: number
    }
  /** Tables with a row per field or per query. */
  | { readonly kind: 'organize' | 'grouping' | 'perQuery' }

export type FormInput = InputKind & {
  /** Where the options hold it. */
  readonly path: string
  readonly label: TextKey
  /** Shown only while the choice at a path has one of these values; a choice that is not made has its standard. */
  readonly when?: {
    readonly path: string
    readonly is: readonly string[]
    readonly standard: string
  }
}

export interface TransformForm {
  readonly id: string
  readonly label: TextKey
  readonly inputs: readonly FormInput[]
  /** Options of one that was just added. */
  readonly fresh?: JsonObject
}

const mode = (...is: string[]): NonNullable<FormInput['when']> => ({
  path: 'mode',
  is,
  standard: 'reduceRow',
})
const format = (...is: string[]): NonNullable<FormInput['when']> => ({
  path: 'format',
  is,
  standard: 'auto',
})
const replaceFields: FormInput = {
  path: 'replaceFields',
  label: 'form.replaceFields',
  kind: 'switch',
  standard: false,
}

export const TRANSFORM_FORMS: readonly TransformForm[] = [
  {
    id: 'organize',
    label: 'tr.organize',
    inputs: [{ path: '', label: 'form.columns', kind: 'organize' }],
  },
  {
    id: 'filterFieldsByName',
    label: 'tr.filterFieldsByName',
    inputs: [
      { path: 'include.names', label: 'form.include', kind: 'fields' },
      { path: 'include.pattern', label: 'form.includePattern', kind: 'text' },
      { path: 'exclude.names', label: 'form.exclude', kind: 'fields' },
      { path: 'exclude.pattern', label: 'form.excludePattern', kind: 'text' },
    ],
  },
  {
    id: 'filterByRefId',
    label: 'tr.filterByRefId',
    inputs: [{ path: 'include', label: 'form.queryPattern', kind: 'refId' }],
  },
  {
    id: 'filterByValue',
    label: 'tr.filterByValue',
    fresh: { type: 'include', match: 'any', filters: [] },
    inputs: [
      { path: 'type', label: 'form.rows', kind: 'choice', values: ['include', 'exclude'] },
      { path: 'match', label: 'form.match', kind: 'choice', values: ['any', 'all'] },
      {
        path: 'filters',
        label: 'form.conditions',
        kind: 'list',
        fresh: { fieldName: '', config: { id: 'greater', options: { value: 0 } } },
        inputs: [
          { path: 'fieldName', label: 'form.field', kind: 'field' },
          {
            path: 'config.id',
            label: 'form.condition',
            kind: 'choice',
            values: [
              'greater',
              'greaterOrEqual',
              'lower',
              'lowerOrEqual',
              'between',
              'equal',
              'notEqual',
              'substring',
              'notSubstring',
              'regex',
              'isNull',
              'isNotNull',
            ],
          },
          {
            path: 'config.options.value',
            label: 'form.value',
            kind: 'scalar',
            when: {
              path: 'config.id',
              standard: 'greater',
              is: [
                'greater',
                'greaterOrEqual',
                'lower',
                'lowerOrEqual',
                'equal',
                'notEqual',
                'substring',
                'notSubstring',
                'regex',
              ],
            },
          },
          {
            path: 'config.options.from',
            label: 'form.from',
            kind: 'number',
            when: { path: 'config.id', is: ['between'], standard: 'greater' },
          },
          {
            path: 'config.options.to',
            label: 'form.to',
            kind: 'number',
            when: { path: 'config.id', is: ['between'], standard: 'greater' },
          },
        ],
      },
    ],
  },
  {
    id: 'renameByRegex',
    label: 'tr.renameByRegex',
    fresh: { regex: '(.*)', renamePattern: '$1' },
    inputs: [
      { path: 'regex', label: 'form.pattern', kind: 'text' },
      { path: 'renamePattern', label: 'form.replacement', kind: 'text' },
    ],
  },
  {
    id: 'sortBy',
    label: 'tr.sortBy',
    fresh: { sort: [{ field: '' }] },
    inputs: [
      {
        path: 'sort',
        label: 'form.by',
        kind: 'list',
        fresh: { field: '' },
        most: 1,
        inputs: [
          { path: 'field', label: 'form.field', kind: 'field' },
          { path: 'desc', label: 'form.descending', kind: 'switch', standard: false },
        ],
      },
    ],
  },
  {
    id: 'limit',
    label: 'tr.limit',
    fresh: { limitField: 10 },
    inputs: [{ path: 'limitField', label: 'form.rowCount', kind: 'number' }],
  },
  {
    id: 'reduce',
    label: 'tr.reduce',
    fresh: { reducers: ['lastNotNull'] },
    inputs: [
      {
        path: 'mode',
        label: 'form.mode',
        kind: 'choice',
        values: ['seriesToRows', 'reduceFields'],
      },
      { path: 'reducers', label: 'opt.calculation', kind: 'calcs' },
      {
        path: 'labelsToFields',
        label: 'form.labelsAsColumns',
        kind: 'switch',
        standard: false,
        when: { path: 'mode', is: ['seriesToRows'], standard: 'seriesToRows' },
      },
      {
        path: 'includeTimeField',
        label: 'form.withTime',
        kind: 'switch',
        standard: false,
        when: { path: 'mode', is: ['reduceFields'], standard: 'seriesToRows' },
      },
    ],
  },
  {
    id: 'groupBy',
    label: 'tr.groupBy',
    inputs: [{ path: 'fields', label: 'form.columns', kind: 'grouping' }],
  },
  {
    id: 'calculateField',
    label: 'tr.calculateField',
    fresh: { mode: 'reduceRow', reduce: { reducer: 'sum' } },
    inputs: [
      {
        path: 'mode',
        label: 'form.mode',
        kind: 'choice',
        values: ['reduceRow', 'binary', 'unary', 'cumulativeFunctions', 'windowFunctions', 'index'],
      },
      { path: 'reduce.include', label: 'form.include', kind: 'fields', when: mode('reduceRow') },
      { path: 'reduce.reducer', label: 'opt.calculation', kind: 'calc', when: mode('reduceRow') },
      { path: 'binary.left', label: 'form.left', kind: 'operand', when: mode('binary') },
      {
        path: 'binary.operator',
        label: 'form.operator',
        kind: 'choice',
        values: ['+', '-', '*', '/'],
        when: mode('binary'),
      },
      { path: 'binary.right', label: 'form.right', kind: 'operand', when: mode('binary') },
      {
        path: 'unary.operator',
        label: 'form.operator',
        kind: 'choice',
        values: ['abs', 'exp', 'ln', 'round', 'floor', 'ceil', 'percent'],
        when: mode('unary'),
      },
      { path: 'unary.fieldName', label: 'form.field', kind: 'field', when: mode('unary') },
      {
        path: 'cumulative.reducer',
        label: 'opt.calculation',
        kind: 'choice',
        values: ['sum', 'mean'],
        when: mode('cumulativeFunctions'),
      },
      {
        path: 'cumulative.field',
        label: 'form.field',
        kind: 'field',
        when: mode('cumulativeFunctions'),
      },
      {
        path: 'window.reducer',
        label: 'opt.calculation',
        kind: 'choice',
        values: ['mean', 'stdDev', 'variance'],
        when: mode('windowFunctions'),
      },
      { path: 'window.field', label: 'form.field', kind: 'field', when: mode('windowFunctions') },
      {
        path: 'window.windowAlignment',
        label: 'form.window',
        kind: 'choice',
        values: ['trailing', 'centered'],
        when: mode('windowFunctions'),
      },
      {
        path: 'window.windowSizeMode',
        label: 'form.windowMode',
        kind: 'choice',
        values: ['percentage', 'fixed'],
        when: mode('windowFunctions'),
      },
      {
        path: 'window.windowSize',
        label: 'form.windowSize',
        kind: 'number',
        when: mode('windowFunctions'),
      },
      {
        path: 'index.asPercentile',
        label: 'form.asShare',
        kind: 'switch',
        standard: false,
        when: mode('index'),
      },
      { path: 'alias', label: 'form.alias', kind: 'text' },
      replaceFields,
    ],
  },
  {
    id: 'joinByField',
    label: 'tr.joinByField',
    inputs: [
      { path: 'byField', label: 'form.field', kind: 'field' },
      {
        path: 'mode',
        label: 'form.mode',
        kind: 'choice',
        values: ['outer', 'outerTabular', 'inner'],
      },
    ],
  },
  { id: 'merge', label: 'tr.merge', inputs: [] },
  {
    id: 'concatenate',
    label: 'tr.concatenate',
    inputs: [
      {
        path: 'frameNameMode',
        label: 'form.frameName',
        kind: 'choice',
        values: ['field', 'label', 'drop'],
      },
      {
        path: 'frameNameLabel',
        label: 'form.label',
        kind: 'text',
        when: { path: 'frameNameMode', is: ['label'], standard: 'field' },
      },
    ],
  },
  { id: 'seriesToRows', label: 'tr.seriesToRows', inputs: [] },
  {
    id: 'labelsToFields',
    label: 'tr.labelsToFields',
    inputs: [
      { path: 'mode', label: 'form.mode', kind: 'choice', values: ['columns', 'rows'] },
      { path: 'keepLabels', label: 'form.labels', kind: 'labels' },
      {
        path: 'valueLabel',
        label: 'form.valueLabel',
        kind: 'label',
        when: { path: 'mode', is: ['columns'], standard: 'columns' },
      },
    ],
  },
  {
    id: 'timeSeriesTable',
    label: 'tr.timeSeriesTable',
    inputs: [{ path: '', label: 'form.perQuery', kind: 'perQuery' }],
  },
  {
    id: 'prepareTimeSeries',
    label: 'tr.prepareTimeSeries',
    inputs: [
      { path: 'format', label: 'form.format', kind: 'choice', values: ['wide', 'multi', 'long'] },
    ],
  },
  {
    id: 'extractFields',
    label: 'tr.extractFields',
    inputs: [
      { path: 'source', label: 'form.field', kind: 'field' },
      {
        path: 'format',
        label: 'form.format',
        kind: 'choice',
        values: ['auto', 'json', 'kvp', 'delimiter', 'regexp'],
      },
      { path: 'delimiter', label: 'form.delimiter', kind: 'text', when: format('delimiter') },
      { path: 'regExp', label: 'form.pattern', kind: 'text', when: format('regexp') },
      {
        path: 'jsonPaths',
        label: 'form.paths',
        kind: 'list',
        fresh: { path: '', alias: '' },
        when: format('json', 'auto'),
        inputs: [
          { path: 'path', label: 'form.path', kind: 'text' },
          { path: 'alias', label: 'form.alias', kind: 'text' },
        ],
      },
      { path: 'replace', label: 'form.replaceFields', kind: 'switch', standard: false },
      { path: 'keepTime', label: 'form.withTime', kind: 'switch', standard: false },
    ],
  },
  {
    id: 'convertFieldType',
    label: 'tr.convertFieldType',
    fresh: { conversions: [{ targetField: '', destinationType: 'number' }] },
    inputs: [
      {
        path: 'conversions',
        label: 'form.columns',
        kind: 'list',
        fresh: { targetField: '', destinationType: 'number' },
        inputs: [
          { path: 'targetField', label: 'form.field', kind: 'field' },
          {
            path: 'destinationType',
            label: 'form.as',
            kind: 'choice',
            values: ['number', 'string', 'time', 'boolean', 'other'],
          },
          {
            path: 'dateFormat',
            label: 'form.dateFormat',
            kind: 'text',
            when: { path: 'destinationType', is: ['string', 'time'], standard: 'number' },
          },
        ],
      },
    ],
  },
  {
    id: 'formatTime',
    label: 'tr.formatTime',
    inputs: [
      { path: 'timeField', label: 'form.field', kind: 'field' },
      { path: 'outputFormat', label: 'form.dateFormat', kind: 'text' },
      { path: 'timezone', label: 'settings.timezone', kind: 'text' },
    ],
  },
  {
    id: 'groupingToMatrix',
    label: 'tr.groupingToMatrix',
    inputs: [
      { path: 'columnField', label: 'form.columnField', kind: 'field' },
      { path: 'rowField', label: 'form.rowField', kind: 'field' },
      { path: 'valueField', label: 'form.valueField', kind: 'field' },
      {
        path: 'emptyValue',
        label: 'form.emptyValue',
        kind: 'choice',
        values: ['empty', 'null', 'zero', 'true', 'false'],
      },
    ],
  },
  {
    id: 'partitionByValues',
    label: 'tr.partitionByValues',
    inputs: [
      { path: 'fields', label: 'form.by', kind: 'fields' },
      { path: 'keepFields', label: 'form.keepFields', kind: 'switch', standard: false },
      { path: 'naming.asLabels', label: 'form.asLabels', kind: 'switch', standard: true },
      { path: 'naming.withNames', label: 'form.withNames', kind: 'switch', standard: false },
    ],
  },
  {
    id: 'transpose',
    label: 'tr.transpose',
    inputs: [
      { path: 'firstFieldName', label: 'form.firstField', kind: 'text' },
      { path: 'restFieldsName', label: 'form.restFields', kind: 'text' },
    ],
  },
  {
    id: 'histogram',
    label: 'tr.histogram',
    inputs: [
      { path: 'bucketCount', label: 'form.bucketCount', kind: 'number' },
      { path: 'bucketSize', label: 'opt.bucketSize', kind: 'number' },
      { path: 'bucketOffset', label: 'form.bucketOffset', kind: 'number' },
      { path: 'combine', label: 'form.combine', kind: 'switch', standard: false },
    ],
  },
  {
    id: 'configFromData',
    label: 'tr.configFromData',
    fresh: { configRefId: '', mappings: [] },
    inputs: [
      { path: 'configRefId', label: 'form.configQuery', kind: 'refId' },
      {
        path: 'mappings',
        label: 'form.settings',
        kind: 'list',
        fresh: { fieldName: '', handlerKey: 'max' },
        inputs: [
          { path: 'fieldName', label: 'form.field', kind: 'field' },
          {
            path: 'handlerKey',
            label: 'form.as',
            kind: 'choice',
            values: [
              'max',
              'min',
              'unit',
              'decimals',
              'displayName',
              'noValue',
              'description',
              'color',
              'threshold1',
              '__ignore',
            ],
          },
          { path: 'reducerId', label: 'opt.calculation', kind: 'calc' },
        ],
      },
    ],
  },
]

/** Older names of transformations that have a form. */
const ALIASES: Readonly<Record<string, string>> = { seriesToColumns: 'joinByField' }

/** Undefined for one that is changed as JSON only. */
export function transformForm(id: string): TransformForm | undefined {
  const wanted = Object.hasOwn(ALIASES, id) ? ALIASES[id] : id
  return TRANSFORM_FORMS.find((one) => one.id === wanted)
}

/** Whether an input means something with the options as they are. */
export function isShown({ when }: FormInput, options: unknown): boolean {
  if (when === undefined) return true
  const chosen = valueOfPath(options, when.path)
  return when.is.includes(typeof chosen === 'string' && chosen !== '' ? chosen : when.standard)
}
