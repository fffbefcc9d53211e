import { execPath } from 'node:process'
import { templateContract } from './contract.ts'

// The schema engine is for migrations; named so that nobody fetches it.
const offline = { PRISMA_SCHEMA_ENGINE_BINARY: execPath, CHECKPOINT_DISABLE: '1' }
templateContract('express-prisma', 'servers', offline)
