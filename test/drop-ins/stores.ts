import { TESTED } from '../cache/stores.ts'

/** Where every drop-in is tested: in this process, and on a server. */
export const STORES = TESTED.filter(([name]) => name === 'memory' || name === 'redis')
