export { createAuthority } from './certificates.ts'
export type { Authority, Certificate, CertificateOptions } from './certificates.ts'
export { serveHttp } from './sim-http.ts'
export type { SimHttpAnswer, SimRequest } from './sim-http.ts'
