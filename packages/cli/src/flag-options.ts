// Flag tables as command line options, the way the reference's commands read them: `--name=value`,
// `--name value`, `--switch`, `--no-switch`, one dash or two, repeatable where the table says so.
import type { Flag, FlagValues } from '@pharos/server'
import { type Command, Option } from 'commander'

/** Adds the flags to a command. The map that is given back fills while the command line is parsed. */
export function addFlags(
  command: Command,
  flags: readonly Flag[],
  environment: NodeJS.ProcessEnv,
): FlagValues {
  const values = new Map<string, string[]>()
  for (const one of flags) {
    const fromEnvironment = environment[variableOf(one)]
    if (fromEnvironment !== undefined) values.set(one.name, [fromEnvironment])
    let isFirst = true
    const record = (text: string): void => {
      const earlier = one.kind === 'list' && !isFirst ? (values.get(one.name) ?? []) : []
      isFirst = false
      values.set(one.name, [...earlier, text])
    }
    if (one.kind === 'bool') addSwitch(command, one, record)
    else addValue(command, one, record)
  }
  return values
}

function addSwitch(command: Command, one: Flag, record: (text: string) => void): void {
  const on = new Option(`--${one.name} [bool]`, helpOf(one)).hideHelp(one.isHidden === true)
  const off = new Option(`--no-${one.name}`).hideHelp()
  command.addOption(on).addOption(off)
  command.on(`option:${on.name()}`, (text: string | null | undefined) => record(text ?? 'true'))
  command.on(`option:${off.name()}`, () => record('false'))
}

function addValue(command: Command, one: Flag, record: (text: string) => void): void {
  const option = new Option(`--${one.name} <value>`, helpOf(one)).hideHelp(one.isHidden === true)
  command.addOption(option)
  command.on(`option:${option.name()}`, record)
}

function helpOf(one: Flag): string {
  const choices = one.oneOf === undefined ? '' : ` One of ${one.oneOf.join(', ')}.`
  const standard = one.standard === '' || one.kind === 'bool' ? '' : ` (${one.standard})`
  return `${one.help}${choices}${standard}${one.isWithoutEffect === true ? ' [accepted, without effect yet]' : ''}`
}

/** `web.listen-address` is PHAROS_WEB_LISTEN_ADDRESS. */
function variableOf(one: Flag): string {
  return `PHAROS_${one.name.replace(/[.-]/g, '_').toUpperCase()}`
}

/** Go's flag style: one dash before a long name means two. */
export function withTwoDashes(args: readonly string[]): string[] {
  return args.map((arg) => (/^-[a-zA-Z][a-zA-Z0-9]*[.\-=a-zA-Z]/.test(arg) ? `-${arg}` : arg))
}

/**
 * An unknown `--name=value` without its value, so that commander finds the flag that was meant: it compares the
 * whole word.
 */
export function bareUnknown(words: readonly string[], command: Command): string[] {
  const known = new Set(command.options.map((one) => one.long))
  return words.map((word) => {
    const name = /^(--[^=]+)=/.exec(word)?.[1]
    return name === undefined || known.has(name) ? word : name
  })
}
