export { file, type FileOptions } from './file.ts'
