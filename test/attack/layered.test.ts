import { describeAttacks } from './described.ts'

describeAttacks(['Express', 'Fastify', 'Nest/Express', 'Nest/Fastify'])
