export { bentoDriver, type BentoDriver, type BentoDriverDefinition } from './bento-driver.ts'
