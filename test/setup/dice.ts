// Whatever is drawn at random is new in each run on a developer's machine, which finds what nobody thought of. Where CI is
// set the dice are fixed: a change is judged by what it does, not by its luck.
import { env } from 'node:process'
import fc from 'fast-check'

const CI_SEED = 20_261_128

const seed = env['SEED'] ?? (env['CI'] === undefined ? undefined : CI_SEED)
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) })
