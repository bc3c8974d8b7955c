// prom-client's interface is a registry that every metric is in unless told otherwise. A drop-in cannot do
// without: it is the published interface here, and stands behind this door only. @pharos/client itself has none.
import { Registry } from './registry.ts'

/** The registry of metrics that name none. */
export const register: Registry = new Registry()
