export { createAuthority } from './certificates.ts'
export type { Authority, Certificate, CertificateOptions } from './certificates.ts'
