// What the module exports. A function that is named here has a twin of the same name in ../src/twin.

export { rowDecode, rowEncode } from './row'
export { heapBase } from './heap'
