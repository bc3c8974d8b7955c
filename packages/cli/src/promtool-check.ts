import { messageOf, UserError } from '@pharos/base'
import { createRealDisk } from '@pharos/base/node'
import { checkConfig } from '@pharos/config'
import { lintMetrics } from '@pharos/exposition'
import { SYNTAX_FEATURES } from '@pharos/promql'
import { checkRuleFiles } from './promtool-rules.ts'
import type { Terminal } from './terminal.ts'

/** The reference's exit code for a page that parses and breaks conventions. */
const LINT_EXIT_CODE = 3
const MAX_PAGE_BYTES = 256 * 2 ** 20

/** What `check config` was told. */
export interface CheckConfigFlags {
  readonly syntaxOnly?: boolean
  readonly agent?: boolean
  /** For the rule files. */
  readonly lint: string
  readonly lintFatal?: boolean
  readonly ignoreUnknownFields?: boolean
}

/** Each file, then the rule files that it names. Exit code 0, 1 for a mistake, 3 for findings that are fatal. */
export async function checkConfigFiles(
  files: readonly string[],
  options: CheckConfigFlags,
  terminal: Terminal,
): Promise<number> {
  const disk = createRealDisk()
  const { environment } = terminal
  const rules = {
    lint: options.lint,
    isLintFatal: options.lintFatal === true,
    ignoresUnknownKeys: options.ignoreUnknownFields === true,
    features: new Set(SYNTAX_FEATURES),
  }
  const codes: number[] = []
  for (const file of files) {
    const checked = await checkConfig(file, {
      disk,
      environment,
      syntaxOnly: options.syntaxOnly === true,
      isAgent: options.agent === true,
    })
    terminal.write(checked.output)
    terminal.writeError(checked.errors)
    codes.push(checked.isValid ? 0 : 1, await checkRuleFiles(checked.ruleFiles, rules, terminal))
  }
  return codes.includes(1) ? 1 : Math.max(0, ...codes)
}

export async function checkMetricsPage(terminal: Terminal): Promise<number> {
  const page = await everything(terminal.stdin)
  try {
    const problems = lintMetrics(page)
    for (const problem of problems) terminal.writeError(`${problem.metric} ${problem.text}\n`)
    return problems.length === 0 ? 0 : LINT_EXIT_CODE
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    terminal.writeError(`error while linting: ${messageOf(error)}\n`)
    return 1
  }
}

async function everything(stream: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of stream) {
    const part = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
    bytes += part.length
    if (bytes > MAX_PAGE_BYTES)
      throw new UserError('promtool/input', `the page is larger than ${MAX_PAGE_BYTES} bytes`)
    chunks.push(part)
  }
  return Buffer.concat(chunks)
}
