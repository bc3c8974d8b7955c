export { quietServices } from './quiet-services.ts'
