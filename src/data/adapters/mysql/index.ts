export type { MysqlClient } from './driver.ts'
export { learnMysql } from './learn-mysql.ts'
export { trackMysql } from './track-mysql.ts'
