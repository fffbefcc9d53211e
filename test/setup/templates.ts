import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { TEMPLATES } from '../servers/template.ts'

/** Once a run: a folder for what its servers begin with. Gone when the run has ended. */
export default async function templates(): Promise<(() => Promise<void>) | undefined> {
  if (env[TEMPLATES] !== undefined) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-templates-'))
  // Databases run as users of their own.
  await chmod(folder, 0o755)
  env[TEMPLATES] = folder
  return async () => await rm(folder, { recursive: true, force: true })
}
