import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root, run } from '../../scripts/run.mjs'

const CONFIG = '.oxlintrc.layers.json'

/**
 * Lints a tree of planted files with the layers of this repository.
 *
 * @param files path to source text
 * @returns the rules that each file breaks, such as `boundaries(dependencies)`; clean files are absent
 */
export async function brokenLayers(
  files: Readonly<Record<string, string>>,
): Promise<Map<string, string[]>> {
  const dir = await mkdtemp(join(tmpdir(), 'breakwater-layers-'))
  try {
    await copyFile(join(root, CONFIG), join(dir, CONFIG))
    // The package's own name resolves as it does here, to a file that no layer holds.
    await writeFile(join(dir, 'package.json'), '{ "name": "breakwater", "type": "module" }')
    await symlink(join(root, 'node_modules'), join(dir, 'node_modules'))
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, path)), { recursive: true })
      await writeFile(join(dir, path), text)
    }

    const { output } = await run('oxlint', ['-c', CONFIG, '--format', 'json', 'src'], { cwd: dir })
    const report = JSON.parse(output.slice(output.indexOf('{'))) as Report
    if (report.number_of_files !== Object.keys(files).length) {
      throw new Error(`${report.number_of_files} of ${Object.keys(files).length} files were linted`)
    }
    const broken = new Map<string, string[]>()
    for (const { filename, code } of report.diagnostics) {
      broken.set(filename, [...(broken.get(filename) ?? []), code])
    }
    return broken
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

interface Report {
  readonly number_of_files: number
  readonly diagnostics: readonly { readonly filename: string; readonly code: string }[]
}
