// XFS: what the file system counts of itself, a line of numbers for each part.

import { type Collector, NoData } from '../collector.ts'
import { linesOf, wordsOf } from '../host-files.ts'

type Field = readonly [name: string, help: string]

function btree(name: string, what: string): Field[] {
  return [
    [`${name}_lookups`, `Number of ${what} lookups`],
    [`${name}_compares`, `Number of ${what} compares`],
    [`${name}_records_inserted`, `Number of ${what} records inserted`],
    [`${name}_records_deleted`, `Number of ${what} records deleted`],
  ]
}

/** First word of a line → what its numbers are, in order. Where a text is about a file system it says so. */
const LINES: ReadonlyMap<string, readonly Field[]> = new Map<string, readonly Field[]>([
  [
    'extent_alloc',
    [
      ['extent_allocation_extents_allocated', 'Number of extents allocated'],
      ['extent_allocation_blocks_allocated', 'Number of blocks allocated'],
      ['extent_allocation_extents_freed', 'Number of extents freed'],
      ['extent_allocation_blocks_freed', 'Number of blocks freed'],
    ],
  ],
  ['abt', btree('allocation_btree', 'allocation B-tree')],
  [
    'blk_map',
    [
      ['block_mapping_reads', 'Number of block map for read operations'],
      ['block_mapping_writes', 'Number of block map for write operations'],
      ['block_mapping_unmaps', 'Number of block unmaps (deletes)'],
      ['block_mapping_extent_list_insertions', 'Number of extent list insertions'],
      ['block_mapping_extent_list_deletions', 'Number of extent list deletions'],
      ['block_mapping_extent_list_lookups', 'Number of extent list lookups'],
      ['block_mapping_extent_list_compares', 'Number of extent list compares'],
    ],
  ],
  ['bmbt', btree('block_map_btree', 'block map B-tree')],
  [
    'dir',
    [
      [
        'directory_operation_lookup',
        'Number of file name directory lookups which miss the operating systems directory name lookup cache.',
      ],
      ['directory_operation_create', 'Number of times a new directory entry was created'],
      ['directory_operation_remove', 'Number of times an existing directory entry was created'],
      [
        'directory_operation_getdents',
        'Number of times the directory getdents operation was performed',
      ],
    ],
  ],
  [
    'ig',
    [
      [
        'inode_operation_attempts',
        'Number of times the OS looked for an XFS inode in the inode cache.',
      ],
      [
        'inode_operation_found',
        'Number of times the OS looked for and found an XFS inode in the inode cache.',
      ],
      [
        'inode_operation_recycled',
        'Number of times the OS found an XFS inode in the cache, but could not use it as it was being recycled.',
      ],
      [
        'inode_operation_missed',
        'Number of times the OS looked for an XFS inode in the cache, but did not find it.',
      ],
      [
        'inode_operation_duplicates',
        'Number of times the OS tried to add a missing XFS inode to the inode cache, but found it had already been added by another process.',
      ],
      [
        'inode_operation_reclaims',
        'Number of times the OS reclaimed an XFS inode from the inode cache to free memory for another purpose.',
      ],
      [
        'inode_operation_attribute_changes',
        'Number of times the OS explicitly changed the attributes of an XFS inode.',
      ],
    ],
  ],
  [
    'rw',
    [
      ['write_calls', 'Number of write(2) system calls made to files in a filesystem.'],
      ['read_calls', 'Number of read(2) system calls made to files in a filesystem.'],
    ],
  ],
  [
    'vnodes',
    [
      ['vnode_active', 'Number of vnodes not on free lists'],
      ['vnode_allocate', 'Number of times vn_alloc called'],
      ['vnode_get', 'Number of times vn_get called'],
      ['vnode_hold', 'Number of times vn_hold called'],
      ['vnode_release', 'Number of times vn_rele called'],
      ['vnode_reclaim', 'Number of times vn_reclaim called'],
      ['vnode_remove', 'Number of times vn_remove called'],
    ],
  ],
])

export const xfs: Collector = {
  name: 'xfs',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const root = `${files.sys}/fs/xfs`
      const entries = files.list(root)
      if (entries.length === 0) throw new NoData('no XFS in this kernel')
      for (const device of entries) {
        // The directory also holds what is common to all file systems.
        const text = device === 'stats' ? undefined : files.maybe(`${root}/${device}/stats/stats`)
        for (const line of linesOf(text ?? '')) {
          const [key = '', ...values] = wordsOf(line)
          for (const [i, [name, help]] of (LINES.get(key) ?? []).entries()) {
            const whole = help.endsWith('.') ? help : `${help} for a filesystem.`
            const value = Number(values[i] ?? 0)
            page.counter(`node_xfs_${name}_total`, whole, value, 'device', device)
          }
        }
      }
    }
  },
}
