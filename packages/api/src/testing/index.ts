export { answer, quietServices } from './quiet-services.ts'
