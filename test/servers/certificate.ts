import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ServerError } from './server-error.ts'

/** A certificate for 127.0.0.1 and localhost that is its own authority, and where it lies. */
export interface Certificate {
  readonly certFile: string
  readonly keyFile: string
  /** The PEM text to give a client as `ca`. */
  readonly ca: string
}

/** Makes a self-signed certificate in `dir`, valid for one day. */
export async function makeCertificate(dir: string): Promise<Certificate> {
  const certFile = join(dir, 'cert.pem')
  const keyFile = join(dir, 'key.pem')
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  args.push('-keyout', keyFile, '-out', certFile, '-days', '1', '-subj', '/CN=localhost')
  args.push('-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost')
  try {
    await promisify(execFile)('openssl', args)
  } catch (cause) {
    throw new ServerError(
      'E_BINARY_MISSING',
      'openssl could not make a certificate. Run `npm run setup`: it installs what the tests need.',
      { cause },
    )
  }
  return { certFile, keyFile, ca: await readFile(certFile, 'utf8') }
}
