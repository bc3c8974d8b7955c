export { discovererContract } from './discoverer.contract.ts'
