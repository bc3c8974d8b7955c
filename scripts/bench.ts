// `npm run bench`: all of bench/; `npm run bench -- parse engine` only those, and with `engine` what is named for it, such
// as `engine-disk`. Each file answers one question.
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { cpus } from 'node:os'
import type { Bench } from '../bench/measure.ts'

const wanted = process.argv.slice(2)
const files = readdirSync(new URL('../bench', import.meta.url))
  .filter((name) => name.endsWith('.bench.ts'))
  .filter((name) => wanted.length === 0 || wanted.some((one) => isOf(name, one)))
if (files.length === 0) {
  console.error(`no benchmark of that name in bench/`)
  process.exit(2)
}
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
console.log(
  `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, commit ${commit}`,
)
for (const file of files) {
  const { bench } = (await import(`../bench/${file}`)) as { bench: Bench }
  console.log(`\n${file.replace('.bench.ts', '')}: ${bench.question}`)
  for (const line of await bench.run('full')) console.log(`  ${line}`)
}

function isOf(file: string, wanted: string): boolean {
  const name = file.replace('.bench.ts', '')
  return name === wanted || name.startsWith(`${wanted}-`)
}
