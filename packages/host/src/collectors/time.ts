// The clock, its zone and where the kernel takes time from.

import type { Collector } from '../collector.ts'
import { wordsOf } from '../host-files.ts'

export const time: Collector = {
  name: 'time',
  isDefault: true,
  start({ files, clock }) {
    // Making one costs more than the rest of the collector.
    const format = new Intl.DateTimeFormat('en', { timeZoneName: 'short' })
    return (page) => {
      const nowMs = clock.now()
      const help = 'System time in seconds since epoch (1970).'
      page.gauge('node_time_seconds', help, nowMs / 1000)
      const now = new Date(nowMs)
      const zone = format.formatToParts(now).find(({ type }) => type === 'timeZoneName')?.value
      const offset = -now.getTimezoneOffset() * 60
      const zoneHelp = 'System time zone offset in seconds.'
      const labels = ['time_zone', zone ?? '']
      page.add(
        'gauge',
        'node_time_zone_offset_seconds',
        zoneHelp,
        offset === 0 ? 0 : offset,
        labels,
      )

      const dir = `${files.sys}/devices/system/clocksource`
      for (const name of files.list(dir)) {
        if (!/^clocksource[0-9]+$/.test(name)) continue
        const device = name.slice('clocksource'.length)
        const available = files.word(`${dir}/${name}/available_clocksource`) ?? ''
        const from = "clocksources read from '/sys/devices/system/clocksource'."
        for (const source of wordsOf(available)) {
          const about = ['clocksource', source, 'device', device]
          page.add('gauge', 'node_time_clocksource_available_info', `Available ${from}`, 1, about)
        }
        const current = files.word(`${dir}/${name}/current_clocksource`) ?? ''
        const about = ['clocksource', current, 'device', device]
        const currentHelp = "Current clocksource read from '/sys/devices/system/clocksource'."
        page.add('gauge', 'node_time_clocksource_current_info', currentHelp, 1, about)
      }
    }
  },
}
