import { describeAttacks } from './described.ts'

describeAttacks(['pageCache', 'node:http', 'Koa', 'Hono', 'h3'])
