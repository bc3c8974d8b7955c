import type { CommandEntry } from './program.ts'

export const NODE_COMMAND: CommandEntry = {
  name: 'node',
  description: "the host exporter, with node_exporter's flags",
  load: async () => (await import('./node.ts')).fillNode,
}
