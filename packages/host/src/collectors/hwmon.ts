// Hardware sensors. A chip's name comes from its place in the device tree, which is stable, where the number
// of its directory is not.

import { type Collector, type HostContext, NoData } from '../collector.ts'
import { type HostFiles, numberOf } from '../host-files.ts'
import { deviceFilter } from '../options.ts'
import type { Page } from '../page.ts'

const SENSOR_TYPES: ReadonlySet<string> = new Set([
  'vrm',
  'beep_enable',
  'update_interval',
  'in',
  'cpu',
  'fan',
  'pwm',
  'temp',
  'curr',
  'power',
  'energy',
  'humidity',
  'intrusion',
  'freq',
])

/** Sensor, such as `temp1` → property, such as `input` → text of its file. */
type Sensors = Map<string, Map<string, string>>

export const hwmon: Collector = {
  name: 'hwmon',
  isDefault: true,
  start(context) {
    const { files, options, search } = context
    const isWanted = deviceFilter(options.hwmonChipExclude, options.hwmonChipInclude, search)
    return (page) => {
      const root = `${files.sys}/class/hwmon`
      const entries = files.list(root)
      if (entries.length === 0) throw new NoData('no sensor chip')
      const chips = entries.map((entry) => chipOf(context, `${root}/${entry}`, entry))
      for (const chip of chips) {
        const twins = chips.filter(({ base }) => base === chip.base)
        let name = chip.base
        if (twins.length > 1) {
          // Two chips of one device are told apart by what they call themselves.
          const isTwin = twins.filter((twin) => twin.ownName === chip.ownName).length > 1
          const own = cleanName(chip.ownName)
          name = `${name}_${own === '' || isTwin ? cleanName(chip.entry) : own}`
        }
        if (name !== '' && isWanted(name)) addChip(page, files, chip.dir, name)
      }
    }
  },
}

interface Chip {
  readonly dir: string
  readonly entry: string
  readonly base: string
  readonly ownName: string
}

function chipOf({ files }: HostContext, dir: string, entry: string): Chip {
  const ownName = files.word(`${dir}/name`) ?? ''
  const real = resolved(dir, files.link(dir))
  const link = files.link(`${real}/device`)
  const device = link === '' ? [] : resolved(`${real}/device`, link).split('/')
  const deviceName = cleanName(device.at(-1) ?? '')
  const busName = cleanName(device.at(-2) ?? '')
  const placed = busName !== '' && deviceName !== '' ? `${busName}_${deviceName}` : deviceName
  return { dir, entry, ownName, base: placed || cleanName(ownName) || cleanName(entry) }
}

/** Where a link at `path` leads; `path` itself for no link. */
function resolved(path: string, link: string): string {
  if (link === '') return path
  if (link.startsWith('/')) return link
  const parts = path.split('/').slice(0, -1)
  for (const part of link.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

function cleanName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9:_]/g, '_')
    .replaceAll(/^_+|_+$/g, '')
}

function addChip(page: Page, files: HostFiles, dir: string, chip: string): void {
  const sensors: Sensors = new Map()
  readSensors(files, dir, sensors)
  readSensors(files, `${dir}/device`, sensors)
  const human = cleanName(files.word(`${dir}/name`) ?? '')
  if (human !== '') {
    const help = 'Annotation metric for human-readable chip names'
    page.gauge('node_hwmon_chip_names', help, 1, 'chip', chip, 'chip_name', human)
  }
  for (const [sensor, properties] of sensors) addSensor(page, chip, sensor, properties)
}

function readSensors(files: HostFiles, dir: string, sensors: Sensors): void {
  for (const file of files.list(dir)) {
    const match = /^([^0-9]+)([0-9]*)(?:_(.+))?$/.exec(file)
    if (match === null || !SENSOR_TYPES.has(match[1]!)) continue
    // Broken drivers refuse some of their own files.
    const text = files.maybe(`${dir}/${file}`)
    if (text === undefined) continue
    const sensor = match[1]! + String(Number(match[2]))
    let properties = sensors.get(sensor)
    if (properties === undefined) sensors.set(sensor, (properties = new Map<string, string>()))
    properties.set(match[3] ?? '', text.replaceAll(/^\n+|\n+$/g, ''))
  }
}

function addSensor(
  page: Page,
  chip: string,
  sensor: string,
  properties: ReadonlyMap<string, string>,
): void {
  const type = /^[^0-9]+/.exec(sensor)?.[0] ?? ''
  const labels = ['chip', chip, 'sensor', sensor]
  const label = properties.get('label')
  if (label !== undefined) {
    const about = ['chip', chip, 'label', label, 'sensor', sensor]
    page.add('gauge', 'node_hwmon_sensor_label', 'Label for given chip and sensor', 1, about)
  }
  const own = properties.get('') ?? ''
  if (type === 'beep_enable') {
    const isOn = own === '1' ? 1 : 0
    page.add('gauge', 'node_hwmon_beep_enabled', 'Hardware beep enabled', isOn, labels)
    return
  }
  const ownNumber = numberOf(own)
  if (type === 'vrm' || type === 'update_interval') {
    if (ownNumber === undefined) return
    const isVrm = type === 'vrm'
    const name = isVrm ? 'voltage_regulator_version' : 'update_interval_seconds'
    const help = isVrm ? 'Hardware voltage regulator' : 'Hardware monitor update interval'
    const value = isVrm ? ownNumber : ownNumber * 0.001
    page.add('gauge', `node_hwmon_${name}`, help, value, labels)
    return
  }
  for (const [element, text] of properties) {
    const value = element === 'label' ? undefined : numberOf(text)
    if (value === undefined) continue
    let name = `node_hwmon_${type}`
    if (element === 'input') name += properties.has('') ? '_input' : ''
    else if (element !== '') name += `_${cleanName(element)}`
    if (type === 'freq' && element === 'input') {
      if (label === undefined) continue
      const about = ['chip', chip, 'sensor', cleanName(label)]
      const help = 'Hardware monitor for GPU frequency in MHz'
      page.add('gauge', `${name}_freq_mhz`, help, value / 1e6, about)
      continue
    }
    const reading = readingOf(type, element)
    page.add(
      reading.kind ?? 'gauge',
      name + reading.suffix,
      reading.help,
      reading.scale(value),
      labels,
    )
  }
}

interface Reading {
  readonly suffix: string
  readonly help: string
  readonly scale: (value: number) => number
  readonly kind?: 'counter'
}

const asIs = (value: number): number => value
const milli = (value: number): number => value * 0.001
const micro = (value: number): number => value / 1e6

/** How one file of a sensor is named and scaled; the first line that fits. */
function readingOf(type: string, element: string): Reading {
  const monitor = (what: string) => `Hardware monitor for ${what} (${element})`
  if (element === 'fault' || element === 'alarm')
    return { suffix: '', help: `Hardware sensor ${element} status (${type})`, scale: asIs }
  if (element === 'beep') {
    // The file is already named after the element; the family says what it means.
    const help = 'Hardware monitor sensor has beeping enabled'
    return { suffix: '_enabled', help, scale: asIs }
  }
  if (type === 'in' || type === 'cpu')
    return { suffix: '_volts', help: monitor('voltage'), scale: milli }
  if (type === 'temp' && element !== 'type') {
    const what = element === '' ? 'input' : element
    const help = `Hardware monitor for temperature (${what})`
    return { suffix: '_celsius', help, scale: milli }
  }
  if (type === 'curr') return { suffix: '_amps', help: monitor('current'), scale: milli }
  if (type === 'energy') {
    const help = monitor('joules used so far')
    return { suffix: '_joule_total', help, scale: micro, kind: 'counter' }
  }
  if (type === 'power') return powerReading(element)
  if (type === 'humidity') {
    const what = 'humidity, as a ratio (multiply with 100.0 to get the humidity as a percentage)'
    return { suffix: '', help: monitor(what), scale: micro }
  }
  if (type === 'fan' && ['input', 'min', 'max', 'target'].includes(element))
    return { suffix: '_rpm', help: monitor('fan revolutions per minute'), scale: asIs }
  return { suffix: '', help: `Hardware monitor ${type} element ${element}`, scale: asIs }
}

function powerReading(element: string): Reading {
  if (element === 'accuracy') {
    const help = 'Hardware monitor power meter accuracy, as a ratio'
    return { suffix: '', help, scale: micro }
  }
  if (/^average_interval(_min|_max)?$/.test(element)) {
    const help = `Hardware monitor power usage update interval (${element})`
    return { suffix: '_seconds', help, scale: milli }
  }
  const help = `Hardware monitor for power usage in watts (${element})`
  return { suffix: '_watt', help, scale: micro }
}
