// Makes sure that the servers and browsers the tests run against are there. On a Debian machine where we may,
// it installs what is missing; anywhere else it says exactly what to install. A test never skips silently.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fetchNodeWithSqlite } from './node-with-sqlite.mjs'
import { isMain } from './run.mjs'

/**
 * @typedef {object} Binary
 * @property {string} binary what the tests start
 * @property {readonly string[]} [also] what other systems call it
 * @property {string} package its Debian package
 * @property {string} [service] what the package would start at boot; the tests start their own instead
 *
 * @typedef {object} PythonModule
 * @property {string} module what the Python of the tests imports
 * @property {string} package its Debian package
 * @property {undefined} [service]
 *
 * @typedef {object} Font
 * @property {string} font a file that browsers draw text with; without one, there is none on pictures
 * @property {string} package its Debian package
 * @property {undefined} [service]
 *
 * @typedef {Binary | PythonModule | Font} Need
 */

/** The interpreter that Debian's Python modules are installed for; another one on the PATH would not see them. */
export const PYTHON = '/usr/bin/python3'

/** @type {readonly Need[]} */
export const NEEDS = [
  { binary: 'redis-server', package: 'redis-server', service: 'redis-server' },
  { binary: 'memcached', package: 'memcached', service: 'memcached' },
  { binary: 'openssl', package: 'openssl' },
  { binary: 'pg_ctlcluster', package: 'postgresql', service: 'postgresql' },
  { binary: 'mariadbd', package: 'mariadb-server', service: 'mariadb' },
  { binary: 'chromium', also: ['chromium-browser', 'google-chrome'], package: 'chromium' },
  { font: '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf', package: 'fonts-dejavu-core' },
  { binary: 'sqlite3', package: 'sqlite3' },
  { module: 'django', package: 'python3-django' },
  { module: 'django_redis', package: 'python3-django-redis' },
  { module: 'msgpack', package: 'python3-msgpack' },
  { module: 'lz4', package: 'python3-lz4' },
  { module: 'pymemcache', package: 'python3-pymemcache' },
  { module: 'pylibmc', package: 'python3-pylibmc' },
  { module: 'prometheus_client', package: 'python3-prometheus-client' },
]

/**
 * What to do about what is missing.
 *
 * @param {readonly Need[]} missing
 * @param {{ apt: boolean, root: boolean, sudo: boolean }} machine sudo: works without a password
 * @returns {{ act: 'nothing' } | { act: 'install', sudo: boolean, packages: string[], services: string[] } | { act: 'refuse', message: string }}
 */
export function decide(missing, machine) {
  if (missing.length === 0) return { act: 'nothing' }
  const packages = [...new Set(missing.map((need) => need.package))]
  if (machine.apt && (machine.root || machine.sudo)) {
    const services = missing.flatMap((need) => need.service ?? [])
    return { act: 'install', sudo: !machine.root, packages, services }
  }
  const names = missing.map(nameOf).join(', ')
  const remedy = machine.apt
    ? `Run: sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`
    : `Install what Debian calls ${packages.join(', ')} and put it on your PATH.`
  return {
    act: 'refuse',
    message: `The tests need ${names}, which this machine does not have.\n${remedy}`,
  }
}

/**
 * The needs whose binary no folder of `path` holds, or whose module Python cannot find.
 *
 * @param {readonly Need[]} needs
 * @param {string} path as in the environment variable
 * @param {string} [python] the interpreter that is asked; without one every module is missing
 */
export function missingFrom(needs, path, python = PYTHON) {
  const found = modulesOf(needs, python)
  return needs.filter((need) => {
    if ('module' in need) return !found.has(need.module)
    if ('font' in need) return !existsSync(need.font) && isDebian()
    return ![need.binary, ...(need.also ?? [])].some((binary) => isOnPath(binary, path))
  })
}

/** Elsewhere fonts lie elsewhere, and a machine without any is rare. */
function isDebian() {
  return existsSync('/etc/debian_version')
}

/** Finds modules without importing them: a broken one must not end the search for the others. */
const FIND = `
import importlib.util, sys
print(*(name for name in sys.argv[1:] if importlib.util.find_spec(name)))
`

/**
 * @param {readonly Need[]} needs
 * @param {string} python
 */
function modulesOf(needs, python) {
  const names = needs.flatMap((need) => ('module' in need ? need.module : []))
  if (names.length === 0) return new Set()
  const { stdout } = spawnSync(python, ['-c', FIND, ...names], { encoding: 'utf8' })
  return new Set((stdout ?? '').split(/\s+/))
}

/** @param {Need} need */
function nameOf(need) {
  if ('font' in need) return `the fonts of ${need.package}`
  return 'module' in need ? `the Python module ${need.module}` : need.binary
}

/**
 * @param {string} binary
 * @param {string} path
 */
function isOnPath(binary, path) {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, binary), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/**
 * While a package is installed no service may start: a policy that answers 101 forbids it, and is taken away
 * again whatever happens. A policy that was there before (in containers) is left alone.
 */
const INSTALL = `
set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends $PACKAGES
for service in $SERVICES; do
  if command -v systemctl > /dev/null; then systemctl disable --quiet "$service" || true; fi
done
`

/** @param {{ sudo: boolean, packages: string[], services: string[] }} plan */
function install({ sudo, packages, services }) {
  const shell = [
    'env',
    `PACKAGES=${packages.join(' ')}`,
    `SERVICES=${services.join(' ')}`,
    'sh',
    '-c',
    INSTALL,
  ]
  const [command = '', ...args] = sudo ? ['sudo', '-n', ...shell] : shell
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status === 0) return
  fail(`Could not install ${packages.join(', ')}:\n${stdout}${stderr}`)
}

/** @type {(message: string) => never} */
function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

function main() {
  // Servers live in sbin on some machines, where a plain user does not look.
  const path = [process.env.PATH, '/usr/sbin', '/usr/local/sbin'].join(delimiter)
  const plan = decide(missingFrom(NEEDS, path), {
    apt: isOnPath('apt-get', path),
    root: process.getuid?.() === 0,
    sudo: isOnPath('sudo', path) && spawnSync('sudo', ['-n', 'true']).status === 0,
  })
  if (plan.act === 'refuse') fail(plan.message)
  if (plan.act === 'install') {
    process.stdout.write(`Installing ${plan.packages.join(', ')} for the tests ...\n`)
    install(plan)
    const still = missingFrom(NEEDS, path)
    if (still.length > 0) fail(`${still.map(nameOf).join(', ')} is still not there.`)
  }
  const remedy = fetchNodeWithSqlite()
  if (remedy !== undefined) fail(remedy)
  process.stdout.write(`Ready: ${NEEDS.map(nameOf).join(', ')}\n`)
}

if (isMain(import.meta.url)) main()
