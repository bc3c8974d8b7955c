// Ours: where this server may connect to. The reference connects to whatever a target, a page of http_sd or a redirect says.

import { outboundMistake, UserError } from '@pharos/base'
import type { OutboundRules } from '@pharos/base'
import { leaf } from './codec.ts'
import type { Codec } from './codec.ts'
import { list, section } from './section.ts'
import type { Section } from './section.ts'

const place = (): Codec<string> =>
  leaf({
    wants:
      'an address, a network, a host name or one of loopback, link-local, private, metadata, unix',
    absent: '',
    zero: '',
    decode({ text }) {
      const mistake = outboundMistake(text)
      if (mistake !== undefined) throw new UserError('config/value', mistake)
      return text
    },
    show: (value) => value,
  })

export const outboundSection: Section<OutboundRules> = section<OutboundRules>({
  deny: list(place(), 'empty or null entry'),
  allow: list(place(), 'empty or null entry'),
})
