// What the module exports. A function that is named here has a twin of the same name in ../src/twin.

export { heapBase } from './heap'
export { parseNumber } from './number'
export { rowDecode, rowEncode } from './row'
export { scan } from './scan'
