// `npm run crash-file`: a thousand writers of a file store, each killed at a random moment. Exits with 1 when anything that
// was confirmed is lost, anything that was invalidated is back, or anything is torn.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crashFile } from '../processes/crash-file.ts'

const KILLS = 1000

const folder = await mkdtemp(join(tmpdir(), 'breakwater-crash-'))
const { confirmed, faults, kills } = await crashFile(folder, KILLS)
const result = faults.length === 0 ? 'nothing lost, nothing torn, nothing back' : faults.join('\n')
process.stdout.write(`${kills} writers killed, ${confirmed} acts confirmed: ${result}\n`)
process.exitCode = faults.length === 0 ? 0 : 1
