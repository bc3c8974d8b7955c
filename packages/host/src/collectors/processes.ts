// Processes and threads by state. Not a default: it reads a file for every thread of the machine.

import type { Collector } from '../collector.ts'
import { type HostFiles, wordsOf } from '../host-files.ts'

export const processes: Collector = {
  name: 'processes',
  isDefault: false,
  start({ files }) {
    return (page) => {
      const states = new Map<string, number>()
      const threadStates = new Map<string, number>()
      let pids = 0
      let threads = 0
      for (const pid of numbersIn(files, files.proc)) {
        const own = statOf(files, `${files.proc}/${pid}`)
        // A process may end between the listing and the reading.
        if (own === undefined) continue
        pids++
        threads += own.threads
        count(states, own.state)
        for (const tid of numbersIn(files, `${files.proc}/${pid}/task`)) {
          const thread = tid === pid ? own : statOf(files, `${files.proc}/${pid}/task/${tid}`)
          if (thread !== undefined) count(threadStates, thread.state)
        }
      }
      page.gauge('node_processes_threads', 'Allocated threads in system', threads)
      const limit = Number(files.text(`${files.proc}/sys/kernel/threads-max`))
      page.gauge('node_processes_max_threads', 'Limit of threads in the system', limit)
      for (const [state, number] of states) {
        const help = 'Number of processes in each state.'
        page.gauge('node_processes_state', help, number, 'state', state)
      }
      for (const [state, number] of threadStates) {
        const help = 'Number of threads in each state.'
        page.gauge('node_processes_threads_state', help, number, 'thread_state', state)
      }
      page.gauge('node_processes_pids', 'Number of PIDs', pids)
      const maximum = Number(files.text(`${files.proc}/sys/kernel/pid_max`))
      page.gauge('node_processes_max_processes', 'Number of max PIDs limit', maximum)
    }
  },
}

function numbersIn(files: HostFiles, dir: string): string[] {
  return files.list(dir).filter((name) => /^[0-9]+$/.test(name))
}

function statOf(files: HostFiles, dir: string): { state: string; threads: number } | undefined {
  const text = files.maybe(`${dir}/stat`)
  // The command stands in brackets and may hold anything, brackets too.
  const close = text?.lastIndexOf(')') ?? -1
  if (text === undefined || close < 0) return undefined
  const fields = wordsOf(text.slice(close + 1))
  return { state: fields[0] ?? '', threads: Number(fields[17] ?? 0) }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
