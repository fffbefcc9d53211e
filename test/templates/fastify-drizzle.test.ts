import { templateContract } from './contract.ts'

templateContract('fastify-drizzle', 'servers')
