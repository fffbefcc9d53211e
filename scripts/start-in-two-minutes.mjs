// Does what docs/start.md says, word by word, in an empty folder: writes the files that it shows under the names that it says,
// runs its commands, and compares what they print. Only two words are not the page's: the package is the tarball of what is
// built, and ports are free ones.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { inProject, packed } from './consumer.mjs'
import { isMain, root, run } from './run.mjs'

/**
 * @typedef {object} Step
 * @property {'file' | 'run' | 'server' | 'output'} kind
 * @property {string} [name] of a file
 * @property {string} text
 */

/**
 * The steps of a page. A file is named by the line before its fence (Put this into `x.js`); `text` after commands is what they
 * print, where … stands for anything.
 *
 * @param {string} page
 * @returns {Step[]}
 */
export function stepsOf(page) {
  const fences = page.matchAll(/(?:^|\n)([^\n]*)\n+```(\w+)( server)?\n([\s\S]*?)```/g)
  return [...fences].map(([, before = '', language, server, text = '']) => {
    if (language === 'text') return { kind: 'output', text }
    if (language === 'sh') return { kind: server === undefined ? 'run' : 'server', text }
    const name = /`([\w.-]+)`:$/.exec(before)?.[1]
    if (name === undefined) throw new Error(`Which file is this?\n${before}\n${text}`)
    return { kind: 'file', name, text }
  })
}

/** Whether something was printed that a page shows. @param {string} printed @param {string} shown */
export function isShown(printed, shown) {
  const parts = shown.trim().split('…')
  const pattern = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${pattern.join('.*')}$`, 'i').test(printed.trim().replaceAll('\r', ''))
}

async function freePort() {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** @param {string} command @param {string} project @returns {Promise<import('node:child_process').ChildProcess>} once it prints */
async function serve(command, project) {
  const child = spawn('sh', ['-c', `exec ${command}`], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error(`ended at once: ${command}`))),
  ])
  return child
}

async function main() {
  const ports = [await freePort(), await freePort()]
  const tarball = await packed()
  const page = readFileSync(join(root, 'docs/start.md'), 'utf8')
    .replaceAll('npm install breakwater', `npm install ${tarball}`)
    .replaceAll('3000', String(ports[0]))
    .replaceAll('3001', String(ports[1]))
  /** @type {import('node:child_process').ChildProcess[]} */
  const servers = []
  await inProject({}, async (project) => {
    let printed = ''
    try {
      for (const { kind, name = '', text } of stepsOf(page)) {
        if (kind === 'file') writeFileSync(join(project, name), text)
        else if (kind === 'server') servers.push(await serve(text.trim(), project))
        else if (kind === 'run') {
          const { code, output } = await run('sh', ['-ec', text], { cwd: project })
          if (code !== 0) throw new Error(`exit ${code}:\n${text}\n${output}`)
          printed = output
        } else if (!isShown(printed, text)) {
          throw new Error(`The page shows:\n${text}\nIt printed:\n${printed}`)
        }
        process.stdout.write(`ok   ${kind} ${name || text.trim().split('\n')[0]}\n`)
      }
    } finally {
      for (const server of servers) server.kill()
    }
  })
}

if (isMain(import.meta.url)) await main()
