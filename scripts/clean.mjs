// Finds what does not belong in the repository: traces of somebody's machine, promises without an owner,
// switched-off tests, files that grew too large. One line per finding, as `file:line: what to do`.
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isMain, root, runOrExit } from './run.mjs'

/** 300 is where a file explains itself or splits; the rest is room to finish a sentence. */
const MAX_LINES = 320

/** Each is a pattern that no line may match, and what to do instead. */
const LINE_RULES = [
  {
    pattern: /(?<![\w.-])\/(?:(?:work|root)\/\w|home\/[a-z])/,
    remedy: 'names a path of one machine: make it relative, or take it from the environment',
  },
  {
    pattern: /\.\.\/shared(?![\w-])|(?<!\w)[.]library\b/,
    remedy: 'names a folder that is not in the repository',
  },
  {
    pattern: /\b(?:TOD[O]|FIXM[E])\b(?! ?\(?#\d)/,
    remedy:
      'is a promise without an owner: open an issue and write its number behind it, like (#12)',
  },
  {
    pattern: /\b(?:it|test|describe)\.(?:skip|only|todo|fails)\b/,
    remedy: 'leaves a test out: repair it or remove it',
    files: /^test\/.*\.ts$/,
  },
  {
    pattern: /(?:eslint|oxlint)-disable.*(?:boundaries\/|import\/no-cycle)/,
    remedy: 'switches a layer off: change the design or the layer table, in the open',
  },
  {
    pattern: /^\s*"resolved":/,
    remedy:
      'pins a registry: npm config set omit-lockfile-registry-resolved true, then npm install',
    files: /^package-lock\.json$/,
  },
]

/** Names that say nothing about what is inside. */
const VAGUE_NAME = /^(?:utils?|helpers?|types|common|misc)\.m?[jt]sx?$/

/** All that an index.ts may hold: `export … from '…'`, `export {}` and comments. */
const RE_EXPORT =
  /export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s+from\s+'[^']+';?|export\s*\{\s*\};?/g
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm

/**
 * What is wrong with one file.
 *
 * @param {string} path relative to the root, with forward slashes
 * @param {string} text
 * @returns {string[]} findings, empty when it is clean
 */
export function findingsIn(path, text) {
  const findings = []
  if (VAGUE_NAME.test(basename(path))) {
    findings.push(`${path}: name it after what is inside`)
  }

  const lines = text.split('\n')
  // Hashes of the lock file spell anything sooner or later.
  const rules = LINE_RULES.filter(({ files }) =>
    files === undefined ? path !== 'package-lock.json' : files.test(path),
  )
  for (const [index, line] of lines.entries()) {
    for (const { pattern, remedy } of rules) {
      const match = pattern.exec(line)
      if (match) findings.push(`${path}:${index + 1}: '${match[0].trim()}' ${remedy}`)
    }
  }

  if (/^src\/.*\.tsx?$/.test(path)) {
    const count = text.endsWith('\n') ? lines.length - 1 : lines.length
    if (count > MAX_LINES) {
      findings.push(
        `${path}: ${count} lines, at most ${MAX_LINES}: split it where a new idea begins`,
      )
    }
    if (
      basename(path) === 'index.ts' &&
      text.replace(COMMENT, '').replace(RE_EXPORT, '').trim() !== ''
    ) {
      findings.push(`${path}: an index.ts holds re-exports and nothing else`)
    }
  }
  return findings
}

async function main() {
  const listed = await runOrExit('git', [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
  ])
  const findings = []
  for (const path of listed.split('\0').filter(Boolean)) {
    const bytes = readFileSync(join(root, path), { flag: 'r' })
    if (!bytes.includes(0)) findings.push(...findingsIn(path, bytes.toString('utf8')))
  }
  if (findings.length === 0) return
  process.stderr.write(`${findings.join('\n')}\n`)
  process.exit(1)
}

if (isMain(import.meta.url)) await main()
