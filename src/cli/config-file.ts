import { access, readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AliasOptions } from '../config/alias.ts'
import { type Caches, createCaches } from '../config/create-caches.ts'
import { UsageError } from './command.ts'

/** Where a configuration is looked for, in this order. */
const NAMES = ['ts', 'mts', 'js', 'mjs', 'json'].map((end) => `cache.config.${end}`)
const EXPECTED =
  "an export 'caches' (or a default export) that is what createCaches() returns, or the options that it takes"

/** The path of the configuration in the folder that the command was started in; `undefined` where there is none. */
export async function findConfig(): Promise<string | undefined> {
  for (const name of NAMES) {
    try {
      await access(name)
      return resolve(name)
    } catch {
      // Not this one.
    }
  }
  return undefined
}

/** @throws {UsageError} for a file that is not there, cannot be loaded or exports something else */
export async function loadConfig(path: string): Promise<Caches<string>> {
  const whole = resolve(path)
  const found = extname(whole) === '.json' ? await readJson(whole) : await importModule(whole)
  if (typeof found !== 'object' || found === null)
    throw new UsageError(`'${path}' does not say what caches there are. Expected ${EXPECTED}.`)
  if ('opened' in found && 'toJSON' in found) return found as Caches<string>
  return createCaches(found as Record<string, AliasOptions>)
}

async function readJson(path: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    throw new UsageError(`There is no file '${path}'.`)
  }
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new UsageError(`'${path}' is no JSON: ${(error as Error).message}`)
  }
}

async function importModule(path: string): Promise<unknown> {
  try {
    await access(path)
  } catch {
    throw new UsageError(`There is no file '${path}'.`)
  }
  try {
    const exported = (await import(pathToFileURL(path).href)) as Record<string, unknown>
    return exported['caches'] ?? exported['default']
  } catch (error) {
    throw isForeignSyntax(error) ? new UsageError(typescriptHelp(path)) : error
  }
}

/** Node says so of a file whose language it does not know, which needs no line of it to be read. */
function isForeignSyntax(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown }
  return code === 'ERR_UNKNOWN_FILE_EXTENSION' || code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
}

function typescriptHelp(path: string): string {
  return `Node ${process.versions.node} cannot load '${path}'. Use Node 22.18 or later (and syntax that can be erased), write the configuration as cache.config.mjs, or run the command with a loader: NODE_OPTIONS='--import tsx' npx breakwater …`
}
