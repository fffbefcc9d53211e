// Builds the package (src -> dist), or with --programs what runs on top of it
// (examples, bench, test/programs -> .build). Nothing but tsc, and a copy of what tsc leaves behind.
import { cpSync, existsSync, rmSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { root, runOrExit } from './run.mjs'

const programs = process.argv.includes('--programs')
const out = join(root, programs ? '.build' : 'dist')

// A file whose source was deleted or moved must not stay importable.
rmSync(out, { recursive: true, force: true })

await runOrExit('tsc', ['-p', programs ? 'tsconfig.programs.json' : 'tsconfig.build.json'])

if (!programs) {
  // Style sheets, server-side scripts and the like are read at run time, next to the code that uses them.
  cpSync(join(root, 'src'), out, {
    recursive: true,
    filter: (path) => statSync(path).isDirectory() || !['.ts', '.tsx'].includes(extname(path)),
  })
}

if (!existsSync(out)) {
  process.stderr.write(`The build left no ${out}: is there any source?\n`)
  process.exit(1)
}
