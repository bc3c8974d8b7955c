/**
 * Fills `$VAR` and `${VAR}`; `$$` is a dollar, an unknown variable is empty, a lone `$` stays.
 * @source Go os.Expand, as external labels use it
 */
export function expandVariables(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return text.replace(
    /\$(?:\$|\{([^}]*)\}|\{|([*#@!?\-0-9]|[A-Za-z_][A-Za-z0-9_]*))/g,
    (whole, braced: string | undefined, bare: string | undefined) => {
      if (whole === '$$') return '$'
      const name = braced ?? bare
      if (name === undefined || name === '') return ''
      if (name === '$') return '$'
      return Object.hasOwn(environment, name) ? (environment[name] ?? '') : ''
    },
  )
}
