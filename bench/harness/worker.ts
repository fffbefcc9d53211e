// One entrant of one question in a process of its own: tells when it is ready, and for each message what a round has measured.
import { question } from './questions.ts'
import type { Place } from './question.ts'

const [, , name = '', label = '', place = '{}'] = process.argv
const asked = question(name)
const entrant = asked.entrants.find((each) => each.label === label)
if (entrant === undefined) throw new Error(`Nobody is called ${label} in ${name}.`)
const running = await asked.start(entrant, JSON.parse(place) as Place)

process.on('message', (message) => void (message === 'round' ? round() : stop()))
process.send?.('ready')

async function round(): Promise<void> {
  process.send?.(await running.round())
}

/** What it has open is closed with it; some libraries do not let go of the process. */
async function stop(): Promise<void> {
  await running.stop()
  process.exit()
}
