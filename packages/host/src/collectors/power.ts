// Thermal zones, cooling devices, batteries and mains.

import { type Collector, NoData } from '../collector.ts'
import { numberOf } from '../host-files.ts'
import { searcher } from '../options.ts'

export const thermalZone: Collector = {
  name: 'thermal_zone',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const dir = `${files.sys}/class/thermal`
      for (const entry of files.list(dir)) {
        const type = files.word(`${dir}/${entry}/type`)
        if (type === undefined) continue
        if (entry.startsWith('thermal_zone')) {
          const name = entry.slice('thermal_zone'.length)
          const temperature = files.number(`${dir}/${entry}/temp`)
          if (temperature === undefined) throw new NoData(`${entry} gives no temperature`)
          const help = 'Zone temperature in Celsius'
          const celsius = temperature / 1000
          page.gauge('node_thermal_zone_temp', help, celsius, 'type', type, 'zone', name)
        } else if (entry.startsWith('cooling_device')) {
          const name = entry.slice('cooling_device'.length)
          const labels = ['name', name, 'type', type]
          const current = Number(files.text(`${dir}/${entry}/cur_state`))
          const help = 'Current throttle state of the cooling device'
          page.add('gauge', 'node_cooling_device_cur_state', help, current, labels)
          const maximum = Number(files.text(`${dir}/${entry}/max_state`))
          const maximumHelp = 'Maximum throttle state of the cooling device'
          page.add('gauge', 'node_cooling_device_max_state', maximumHelp, maximum, labels)
        }
      }
    }
  },
}

/** Files whose family has another name; the rest keep theirs. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['cycle_count', 'cyclecount'],
  ['time_to_empty_now', 'time_to_empty_seconds'],
  ['time_to_full_now', 'time_to_full_seconds'],
  ['current_now', 'current_ampere'],
  ['energy_now', 'energy_watthour'],
  ['voltage_now', 'voltage_volt'],
  ['charge_now', 'charge_ampere'],
  ['power_now', 'power_watt'],
  ['temp', 'temp_celsius'],
  ['temp_alert_max', 'temp_alert_max_celsius'],
  ['temp_alert_min', 'temp_alert_min_celsius'],
  ['temp_ambient', 'temp_ambient_celsius'],
  ['temp_ambient_alert_max', 'temp_ambient_max_celsius'],
  ['temp_ambient_alert_min', 'temp_ambient_min_celsius'],
  ['temp_max', 'temp_max_celsius'],
  ['temp_min', 'temp_min_celsius'],
])
const PLAIN: ReadonlySet<string> = new Set([
  'authentic',
  'calibrate',
  'capacity',
  'capacity_alert_max',
  'capacity_alert_min',
  'cycle_count',
  'online',
  'present',
  'time_to_empty_now',
  'time_to_full_now',
])
/** In millionths of their unit. */
const MICRO: ReadonlySet<string> = new Set([
  'current_boot',
  'current_max',
  'current_now',
  'energy_empty',
  'energy_empty_design',
  'energy_full',
  'energy_full_design',
  'energy_now',
  'voltage_boot',
  'voltage_max',
  'voltage_max_design',
  'voltage_min',
  'voltage_min_design',
  'voltage_now',
  'voltage_ocv',
  'charge_control_limit',
  'charge_control_limit_max',
  'charge_counter',
  'charge_empty',
  'charge_empty_design',
  'charge_full',
  'charge_full_design',
  'charge_now',
  'charge_term_current',
  'constant_charge_current',
  'constant_charge_current_max',
  'constant_charge_voltage',
  'constant_charge_voltage_max',
  'precharge_current',
  'input_current_limit',
  'power_now',
])
/** Labels of node_power_supply_info, in alphabetical order with the name of the supply. */
const INFO: readonly string[] = [
  'capacity_level',
  'charge_type',
  'health',
  'manufacturer',
  'model_name',
  'power_supply',
  'scope',
  'serial_number',
  'status',
  'technology',
  'type',
  'usb_type',
]

export const powersupplyclass: Collector = {
  name: 'powersupplyclass',
  isDefault: true,
  start({ files, options, search }) {
    const ignored = searcher(options.powerSupplyIgnored, search)
    return (page) => {
      const dir = `${files.sys}/class/power_supply`
      for (const supply of files.list(dir)) {
        if (ignored(supply)) continue
        const labels: string[] = []
        const words = new Map<string, string>()
        for (const file of files.list(`${dir}/${supply}`)) {
          const isNumber = PLAIN.has(file) || MICRO.has(file) || file.startsWith('temp')
          if (!isNumber && !INFO.includes(file)) continue
          const word = files.word(`${dir}/${supply}/${file}`) ?? ''
          if (!isNumber) words.set(file, word)
          const value = isNumber ? numberOf(word) : undefined
          if (value === undefined) continue
          const name = RENAMED.get(file) ?? file
          const factor = MICRO.has(file) ? 1e6 : PLAIN.has(file) ? 1 : 10
          const help = `${name} value of /sys/class/power_supply/<power_supply>.`
          page.gauge(`node_power_supply_${name}`, help, value / factor, 'power_supply', supply)
        }
        words.set('power_supply', supply)
        for (const name of INFO) {
          const word = words.get(name) ?? ''
          if (word !== '') labels.push(name, word)
        }
        const help = 'info of /sys/class/power_supply/<power_supply>.'
        page.add('gauge', 'node_power_supply_info', help, 1, labels)
      }
    }
  },
}
