import { templateContract } from './contract.ts'

templateContract('hono-kysely', 'nothing')
