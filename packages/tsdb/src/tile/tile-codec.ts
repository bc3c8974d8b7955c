// All that encodes and decodes tiles of a store, with the kernel they share.

import { createKernel, type Kernel } from '@pharos/kernel'
import { HOT_PACK_SLACK } from '../limits.ts'
import { ColumnDecoder } from './column-decoder.ts'
import { TileWriter } from './tile-writer.ts'

export class TileCodec {
  readonly kernel: Kernel
  readonly decoder: ColumnDecoder
  /** For segments, which live two hours and are read most: what is read fastest. */
  readonly hot: TileWriter
  /** For blocks: what is smallest. */
  readonly cold: TileWriter

  constructor(kernel: Kernel = createKernel()) {
    this.kernel = kernel
    this.decoder = new ColumnDecoder(kernel)
    this.hot = new TileWriter(kernel, HOT_PACK_SLACK)
    this.cold = new TileWriter(kernel, 0)
  }
}
