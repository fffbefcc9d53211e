export {
  unstorageDriver,
  type UnstorageDriver,
  type UnstorageDriverOptions,
} from './unstorage-driver.ts'
