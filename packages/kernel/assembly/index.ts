// What the module exports. A function that is named here has a twin of the same name in ../src/twin.

export { columnDecode } from './column'
export { denseDecode, denseEncode } from './dense-column'
export { heapBase } from './heap'
export { parseNumber } from './number'
export { printHeads, printNumber, printPoints } from './print'
export { rollAdd, rollLatest, rollRate } from './roll'
export { rowDecode, rowEncode } from './row'
export { scan } from './scan'
export { snappyDecode } from './snappy'
export { labelsAdd, labelsFind, writeWalk } from './write-walk'
