// npm run launch: an ordinary day and then ten times as many visitors, without the cache and with it.
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { toChart } from './chart.ts'
import { measure } from './measure.ts'
import { measureParts, partsTable } from './parts.ts'
import { toTable, toVerdicts } from './report.ts'
import { mix } from './visits.ts'

const { values } = parseArgs({
  options: {
    /** Length of each of the four measured phases. */
    seconds: { type: 'string', default: '10' },
    /** Requests a second on a normal day: about a quarter of what the shop manages without a cache on two cores (23 Nov 2026). */
    normal: { type: 'string', default: '50' },
    times: { type: 'string', default: '10' },
    'warm-up': { type: 'string', default: '13000' },
    /** A few seconds only: shows that it runs, proves nothing. */
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    /** `fragments`: what the parts of pages save alone, and nothing else. */
    only: { type: 'string' },
    svg: { type: 'string' },
  },
})

if (values.only !== undefined) {
  if (values.only !== 'fragments')
    throw new RangeError(`only: expected 'fragments', got '${values.only}'`)
  const runs = await measureParts(values.quick ? 40 : 400)
  const table = partsTable(runs).replaceAll(/^/gm, '  ')
  console.log(values.json ? JSON.stringify(runs, null, 2) : `\n${table}\n`)
  process.exit(0)
}

const plan = {
  seconds: values.quick ? 2 : Number(values.seconds),
  normal: values.quick ? 20 : Number(values.normal),
  times: Number(values.times),
  warmUp: values.quick ? 200 : Number(values['warm-up']),
  warmUpSeconds: 20,
}
for (const [name, value] of Object.entries(plan)) {
  if (!(value > 0 && value <= 20_000))
    throw new RangeError(`${name}: expected a number above 0 and up to 20,000, got ${value}`)
}

const shares = Object.entries(mix).map(([kind, share]) => `${share} % ${kind}`)
const say = values.json ? () => {} : (text: string) => console.log(text)

say(`
  The launch of Tern & Tide: ${plan.normal} requests a second, then ${plan.times} times as many, for ${plan.seconds} s each.

  Visitors come independently of each other (Poisson) and leave after 5 s. Latency counts from their arrival.
  They ask for: ${shares.join(', ')}.
  Product pages follow the access trace of a real web shop (web12, see launch/traces/NOTICE).
  Warm-up, not measured: the ${plan.warmUp.toLocaleString('en-IE')} visits before, as fast as they are answered, for at most ${plan.warmUpSeconds} s.
  Machine: ${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? 'unknown'}; Node ${process.version}.
`)

const phases = await measure(plan, (text) => say(`  … ${text}`))
const verdicts = toVerdicts(phases)

// A claim that does not hold fails the command, except where nothing is to be proved.
if (!values.quick && verdicts.some(({ holds }) => !holds)) process.exitCode = 1

if (values.svg) writeFileSync(values.svg, toChart(phases))
if (values.json) {
  console.log(JSON.stringify({ plan, mix, phases, verdicts }, null, 2))
} else {
  say(`\n${toTable(phases).replaceAll(/^/gm, '  ')}\n`)
  for (const { claim, holds } of verdicts) say(`  ${holds ? '✓' : '✗'} ${claim}.`)
  say('')
}
