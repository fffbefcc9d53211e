// Does what a newcomer does first: starts the shop, waits for the address it prints, looks at two pages, looks
// again, and stops it. Fails unless the second look at a product was a hit and the shop ended cleanly.
// `node scripts/smoke.mjs` runs `npm start`; any other command may follow.
import { spawn } from 'node:child_process'

/** A cold machine compiles the package and the shop, and fills a database, before it prints the address. */
const START_MS = 120_000
const STOP_MS = 15_000

const [command = 'npm', ...args] =
  process.argv.length > 2 ? process.argv.slice(2) : ['npm', 'start']
const shop = spawn(command, args, {
  // Port 0: any free one, so that a shop somebody left running is not mistaken for ours.
  env: { PORT: '0', ...process.env },
  stdio: ['ignore', 'pipe', 'inherit'],
  // A process group of its own, so that a failure can end everything that was started.
  detached: true,
})
/** @type {Promise<number | string>} */
const ended = new Promise((resolve) => {
  shop.once('error', (error) => resolve(error.message))
  shop.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'))
})

try {
  const address = await within(START_MS, 'the shop prints its address', printedAddress())
  await page(`${address}/`)
  await page(`${address}/product/1`)

  const again = await page(`${address}/product/1`)
  const status = again.headers.get('cache-status') ?? '(no Cache-Status header)'
  if (!/;\s*hit\b/.test(status))
    throw new Error(`the second visit of /product/1 was no hit: ${status}`)

  shop.kill('SIGTERM')
  const code = await within(STOP_MS, 'the shop ends after SIGTERM', ended)
  if (code !== 0) throw new Error(`the shop ended with ${code} after SIGTERM, not with 0`)
  process.stdout.write(
    `Smoke test passed: ${address} served / and /product/1, second visit: ${status}\n`,
  )
} catch (error) {
  process.stderr.write(
    `Smoke test failed: ${error instanceof Error ? error.message : String(error)}\n`,
  )
  endGroup()
  // What it left behind may hold our pipes open: do not wait for them.
  process.exit(1)
}

function endGroup() {
  try {
    if (shop.pid !== undefined) process.kill(-shop.pid, 'SIGKILL')
  } catch {
    // Nobody is left, which is what we want.
  }
}

/** @returns {Promise<string>} the first http address on its standard output, without a trailing slash */
function printedAddress() {
  return new Promise((resolve, reject) => {
    let output = ''
    shop.stdout.on('data', (/** @type {Buffer} */ chunk) => {
      process.stdout.write(chunk)
      output += chunk.toString()
      const address = /http:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(output)
      // The line may arrive in pieces: a port that is still being printed is not a port.
      if (address && output.includes('\n', address.index)) resolve(address[0])
    })
    void ended.then((code) =>
      reject(new Error(`the shop ended (${code}) before it printed an address`)),
    )
  })
}

/** @param {string} url */
async function page(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(15_000) })
  const body = await response.text()
  if (response.status !== 200 || !/<html/i.test(body)) {
    throw new Error(`${url} answered ${response.status} and ${body.length} characters, not a page`)
  }
  return response
}

/**
 * @template T
 * @param {number} ms
 * @param {string} what
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
async function within(ms, what, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  const tooLate = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms / 1000} s until ${what}`)), ms)
  })
  try {
    return /** @type {T} */ (await Promise.race([promise, tooLate]))
  } finally {
    clearTimeout(timer)
  }
}
