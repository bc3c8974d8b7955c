// The OpenMetrics parser cases. `shouldParse` is the specification's view. The reference's scrape parser is
// laxer: it reads line by line and checks no rule that needs to know a family. We are exactly as strict as
// it is, so every difference from the specification stands in the table below, by the rule not checked.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createCursor, Entry } from '@pharos/exposition'
import { messageOf } from '@pharos/base'
import { expect, test } from 'vitest'

const dir = new URL('../../../shared/conformance/openmetrics/parsers/', import.meta.url)
const missing = !existsSync(dir)

/** Rule of the specification that scraping does not check -> bodies that break it and are accepted. */
const LAXER: Readonly<Record<string, readonly string[]>> = {
  'one family name may not stand for two families': [
    'bad_clashing_names_0',
    'bad_clashing_names_1',
    'bad_clashing_names_2',
  ],
  'counters are not negative or NaN, and their samples end in _total or _created': [
    'bad_counter_values_0',
    'bad_counter_values_1',
    'bad_counter_values_2',
    'bad_counter_values_3',
    'bad_counter_values_4',
    'bad_counter_values_5',
    'bad_counter_values_6',
    'bad_counter_values_7',
    'bad_counter_values_8',
    'bad_counter_values_9',
    'bad_counter_values_10',
    'bad_counter_values_11',
    'bad_counter_values_12',
    'bad_counter_values_13',
    'bad_counter_values_14',
    'bad_counter_values_15',
    'bad_counter_values_16',
    'bad_counter_values_17',
    'bad_counter_values_18',
    'bad_counter_values_19',
  ],
  'an exemplar holds 128 characters at most': ['bad_exemplar_complex_chars', 'bad_exemplars_6'],
  'exemplars stand on counters and buckets only (the reference takes them anywhere since 3.0)': [
    'bad_exemplars_on_unallowed_metric_types_0',
    'bad_exemplars_on_unallowed_metric_types_1',
    'bad_exemplars_on_unallowed_metric_types_2',
    'bad_exemplars_on_unallowed_samples_0',
    'bad_exemplars_on_unallowed_samples_1',
    'bad_exemplars_on_unallowed_samples_2',
    'bad_exemplars_on_unallowed_samples_3',
  ],
  'the lines of a family stand together, its samples in the order of time': [
    'bad_grouping_or_ordering_0',
    'bad_grouping_or_ordering_2',
    'bad_grouping_or_ordering_3',
    'bad_grouping_or_ordering_4',
    'bad_grouping_or_ordering_5',
    'bad_grouping_or_ordering_6',
    'bad_grouping_or_ordering_7',
    'bad_grouping_or_ordering_8',
    'bad_grouping_or_ordering_9',
    'bad_grouping_or_ordering_10',
  ],
  'a histogram has +Inf, counts that rise, and sum with count': [
    'bad_histograms_0',
    'bad_histograms_1',
    'bad_histograms_2',
    'bad_histograms_3',
    'bad_histograms_6',
    'bad_histograms_7',
    'bad_histograms_8',
    'bad_histograms_9',
    'bad_histograms_10',
    'bad_histograms_11',
    'bad_histograms_12',
    'bad_histograms_13',
    'bad_histograms_14',
  ],
  'info is 1, a state is 0 or 1': [
    'bad_info_and_stateset_values_0',
    'bad_info_and_stateset_values_1',
    'bad_stateset_info_values_0',
    'bad_stateset_info_values_1',
    'bad_stateset_info_values_2',
    'bad_stateset_info_values_3',
  ],
  'metadata stands before the samples, once': [
    'bad_metadata_in_wrong_place_0',
    'bad_metadata_in_wrong_place_1',
    'bad_metadata_in_wrong_place_2',
    'bad_repeated_metadata_0',
    'bad_repeated_metadata_1',
    'bad_repeated_metadata_3',
  ],
  'no comma before the closing brace (allowed by the reference)': ['bad_missing_or_extra_commas_2'],
  "le, quantile and the state's own label are there and are numbers": [
    'bad_missing_or_invalid_labels_for_a_type_0',
    'bad_missing_or_invalid_labels_for_a_type_1',
    'bad_missing_or_invalid_labels_for_a_type_2',
    'bad_missing_or_invalid_labels_for_a_type_3',
    'bad_missing_or_invalid_labels_for_a_type_4',
    'bad_missing_or_invalid_labels_for_a_type_5',
    'bad_missing_or_invalid_labels_for_a_type_6',
    'bad_missing_or_invalid_labels_for_a_type_7',
  ],
  'info and stateset have no unit': ['bad_unit_6', 'bad_unit_7'],
}

function parseError(body: Uint8Array): string | undefined {
  try {
    const cursor = createCursor(body, 'openmetrics')
    for (let entry = cursor.next(); entry !== Entry.end; entry = cursor.next()) {
      if (entry === Entry.series) cursor.labels()
    }
    return undefined
  } catch (thrown) {
    return messageOf(thrown)
  }
}

test.skipIf(missing)(
  '211 bodies: 133 as the specification says, 78 accepted as the reference does',
  () => {
    const laxer = new Set(Object.values(LAXER).flat())
    const wrong: string[] = []
    const names = readdirSync(dir)
    for (const name of names) {
      const { shouldParse } = JSON.parse(
        readFileSync(new URL(`${name}/test.json`, dir), 'utf8'),
      ) as {
        readonly shouldParse: boolean
      }
      const error = parseError(readFileSync(new URL(`${name}/metrics`, dir)))
      const wanted = shouldParse || laxer.has(name)
      if ((error === undefined) !== wanted) wrong.push(`${name}: ${error ?? 'accepted'}`)
    }
    expect(wrong).toEqual([])
    expect(names.length).toBe(211)
    expect(laxer.size).toBe(78)
  },
)
