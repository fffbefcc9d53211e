import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { env } from 'node:process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Where what is made once a run lies, for all of its processes; without it, everything is made anew. */
export const TEMPLATES = 'BREAKWATER_TEMPLATES'

/**
 * Fills the folder `data` with what a database begins with. It takes a second to make and a tenth to copy, and dozens of test
 * files begin with it: the first of a run makes it.
 *
 * @param make fills a folder
 */
export async function fillFrom(
  name: string,
  data: string,
  make: (data: string) => Promise<void>,
): Promise<void> {
  const templates = env[TEMPLATES]
  if (templates === undefined) return await make(data)
  const template = join(templates, name)
  if (!existsSync(template)) {
    const own = await mkdtemp(`${template}-`)
    await make(own)
    try {
      await rename(own, template)
    } catch {
      // Another process was faster.
      await rm(own, { recursive: true, force: true })
    }
  }
  // With owners, which Node does not copy.
  await run('cp', ['-a', template, data])
}
