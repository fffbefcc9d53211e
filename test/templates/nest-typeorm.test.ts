import { templateContract } from './contract.ts'

templateContract('nest-typeorm', 'servers')
