export type ColumnKernel = (vs: Float64Array, out: Float64Array) => void
