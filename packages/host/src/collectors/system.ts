// Who the machine is: kernel, distribution, firmware, SELinux.

import { type Collector, NoData } from '../collector.ts'
import type { HostFiles } from '../host-files.ts'

export const uname: Collector = {
  name: 'uname',
  isDefault: true,
  start({ files, options }) {
    return (page) => {
      const get = (name: string) => files.word(`${files.proc}/sys/kernel/${name}`) ?? ''
      const help = 'Labeled system information as provided by the uname system call.'
      page.add('gauge', 'node_uname_info', help, 1, [
        'domainname',
        get('domainname'),
        'machine',
        options.machine === '' ? machineOf(files) : options.machine,
        'nodename',
        get('hostname'),
        'release',
        get('osrelease'),
        'sysname',
        get('ostype'),
        'version',
        get('version'),
      ])
    }
  },
}

/** Kernels before 6.1 do not tell their architecture in a file; then it is read off what the CPU can do. */
function machineOf(files: HostFiles): string {
  const arch = files.word(`${files.proc}/sys/kernel/arch`)
  if (arch !== undefined && arch !== '') return arch
  const cpu = files.maybe(`${files.proc}/cpuinfo`) ?? ''
  // Long mode is what makes an x86 a 64-bit one.
  if (/^flags\s*:.* lm( |$)/m.test(cpu)) return 'x86_64'
  if (/^CPU architecture\s*: 8$/m.test(cpu)) return 'aarch64'
  return /^isa\s*: rv(32|64)/m.test(cpu) ? `riscv${/: rv(..)/.exec(cpu)![1]}` : ''
}

const OS_LABELS: readonly string[] = [
  'build_id',
  'id',
  'id_like',
  'image_id',
  'image_version',
  'name',
  'pretty_name',
  'variant',
  'variant_id',
  'version',
  'version_codename',
  'version_id',
]

export const os: Collector = {
  name: 'os',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const root = files.root === '/' ? '' : files.root
      const text =
        files.maybe(`${root}/etc/os-release`) ?? files.maybe(`${root}/usr/lib/os-release`)
      if (text === undefined) throw new NoData('no os-release file')
      const fields = new Map<string, string>()
      for (const line of text.split('\n')) {
        const match = /^([A-Z_0-9]+)=(?:"((?:\\.|[^"\\])*)"|'([^']*)'|(.*))$/.exec(line.trim())
        if (match === null) continue
        const value = match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? match[4] ?? ''
        fields.set(match[1]!.toLowerCase(), value)
      }
      const get = (name: string) => fields.get(name) ?? ''
      const labels = OS_LABELS.flatMap((name) => [name, get(name)])
      const help = `A metric with a constant '1' value labeled by ${OS_LABELS.join(', ')}.`
      page.add('gauge', 'node_os_info', help, 1, labels)
      const version = Number(/^[0-9]+\.?[0-9]*/.exec(get('version_id'))?.[0] ?? 0)
      if (version > 0) {
        const versionHelp = 'Metric containing the major.minor part of the OS version.'
        const id = ['id', get('id'), 'id_like', get('id_like'), 'name', get('name')]
        page.add('gauge', 'node_os_version', versionHelp, version, id)
      }
      const endMs = Date.parse(`${get('support_end')}T00:00:00Z`)
      if (!Number.isNaN(endMs)) {
        const endHelp = 'Metric containing the end-of-life date timestamp of the OS.'
        page.gauge('node_os_support_end_timestamp_seconds', endHelp, endMs / 1000)
      }
    }
  },
}

const DMI_LABELS: readonly string[] = [
  'bios_date',
  'bios_release',
  'bios_vendor',
  'bios_version',
  'board_asset_tag',
  'board_name',
  'board_serial',
  'board_vendor',
  'board_version',
  'chassis_asset_tag',
  'chassis_serial',
  'chassis_vendor',
  'chassis_version',
  'product_family',
  'product_name',
  'product_serial',
  'product_sku',
  'product_uuid',
  'product_version',
  'system_vendor',
]

export const dmi: Collector = {
  name: 'dmi',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const dir = `${files.sys}/class/dmi/id`
      const names = new Set(files.list(dir))
      if (names.size === 0) throw new NoData('no DMI')
      const labels: string[] = []
      for (const label of DMI_LABELS) {
        const file = label === 'system_vendor' ? 'sys_vendor' : label
        // Serial numbers are for root only; an unreadable file has no label.
        const word = names.has(file) ? files.word(`${dir}/${file}`) : undefined
        if (word !== undefined) labels.push(label, word)
      }
      const help = `A metric with a constant '1' value labeled by ${DMI_LABELS.join(', ')} if provided by DMI.`
      page.add('gauge', 'node_dmi_info', help, 1, labels)
    }
  },
}

export const selinux: Collector = {
  name: 'selinux',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const current = files.number(`${files.sys}/fs/selinux/enforce`)
      const help = 'SELinux is enabled, 1 is true, 0 is false'
      page.gauge('node_selinux_enabled', help, current === undefined ? 0 : 1)
      if (current === undefined) return
      const root = files.root === '/' ? '' : files.root
      const text = files.maybe(`${root}/etc/selinux/config`) ?? ''
      const mode = /^SELINUX=(\w+)/m.exec(text)?.[1] ?? 'disabled'
      const configured = mode === 'enforcing' ? 1 : mode === 'permissive' ? 0 : -1
      const configHelp = 'Configured SELinux enforcement mode'
      page.gauge('node_selinux_config_mode', configHelp, configured)
      page.gauge('node_selinux_current_mode', 'Current SELinux enforcement mode', current)
    }
  },
}
