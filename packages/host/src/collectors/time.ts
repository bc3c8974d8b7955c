// The clock, its zone and where the kernel takes time from.

import type { Collector } from '../collector.ts'
import { wordsOf } from '../host-files.ts'

export const time: Collector = {
  name: 'time',
  isDefault: true,
  start({ files, clock }) {
    const rule = zoneRule(files.maybe('/etc/localtime') ?? '')
    return (page) => {
      const nowMs = clock.now()
      const help = 'System time in seconds since epoch (1970).'
      page.gauge('node_time_seconds', help, nowMs / 1000)
      const offset = -new Date(nowMs).getTimezoneOffset() * 60
      const zone = zoneName(rule, offset)
      const zoneHelp = 'System time zone offset in seconds.'
      const labels = ['time_zone', zone]
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

/**
 * The last line of a time zone file says in words what holds from now on: `CET-1CEST,M3.5.0,M10.5.0/3`. Intl would tell
 * the name too, but loads 8 MiB for it.
 * @source RFC 9636 section 3.3
 */
function zoneRule(file: string): string {
  return file.startsWith('TZif') ? (file.trimEnd().split('\n').at(-1) ?? '') : ''
}

/** What the zone is called while it is so many seconds ahead of UTC. */
function zoneName(rule: string, offset: number): string {
  const name = '(<[^>]+>|[A-Za-z]+)'
  const match = new RegExp(`^${name}([-+]?[0-9:]+)(?:${name}([-+]?[0-9:]+)?)?`).exec(rule)
  if (match !== null) {
    const [, standard = '', behind = '', summer, summerBehind] = match
    const ahead = -secondsOf(behind)
    if (offset === ahead) return standard.replace(/[<>]/g, '')
    const summerAhead = summerBehind === undefined ? ahead + 3600 : -secondsOf(summerBehind)
    if (summer !== undefined && offset === summerAhead) return summer.replace(/[<>]/g, '')
  }
  if (offset === 0) return 'UTC'
  const minutes = Math.abs(offset) / 60
  const digits = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${digits(minutes / 60)}${digits(minutes % 60)}`
}

/** `-5:30` hours and minutes. */
function secondsOf(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[-+]/, '').split(':').map(Number)
  return (text.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds)
}
