import { UserError } from '@pharos/base'
import { Labels } from '@pharos/model'
import { leaf } from './codec.ts'
import type { Codec } from './codec.ts'
import { mapOf } from './section.ts'

/** Label names and values; values are text as written, names are of any scheme. */
export function labelMap(): Codec<Labels> {
  const value = leaf({
    wants: 'text',
    absent: '',
    zero: '',
    decode(s) {
      if (s.isBinary) throw new UserError('config/label', `"${s.text}" is not a valid label value`)
      return s.text
    },
    show: (v) => v,
  })
  const pairs = mapOf(value, (name, refuse) => {
    // A name that came from bytes which are no text has them escaped by now.
    if (name === '' || /\\x[0-9a-f]{2}/.test(name)) refuse(`"${name}" is not a valid label name`)
  })
  return {
    schema: pairs.schema.transform((entries) => Labels.of(entries)),
    show: (labels) => labels.toObject(),
    isZero: (labels) => labels.size === 0,
    inDirectory: (labels) => labels,
    omitZero: true,
  }
}
