// Opens the browser that looks at the pages: a real Chromium from npm that needs nothing of the system.

import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'

const project = join(import.meta.dirname, '../..')
const unpackedFolder = join(project, 'node_modules/.cache/countersign', `chromium-${packageVersion()}`)

/** A headless browser with its ordinary web security; the caller closes it. */
export async function openBrowser(): Promise<Browser> {
  if (!(await exists(unpackedFolder))) await unpack()
  return chromium.launch({
    executablePath: join(unpackedFolder, 'chromium'),
    // A machine may have no fonts at all; with the packaged one a page still has letters.
    env: { ...process.env, FONTCONFIG_FILE: join(unpackedFolder, 'fonts.conf') },
  })
}

/**
 * Safe when several processes do it at once: each unpacks into a folder of its own and the first to finish
 * gives it the final name. The package itself unpacks to the temporary folder, file by file, and takes a
 * half-written file for a whole one; hence a process whose temporary folder is ours.
 */
async function unpack(): Promise<void> {
  await mkdir(dirname(unpackedFolder), { recursive: true })
  const folder = await mkdtemp(`${unpackedFolder}-`)
  try {
    const script = "import chromium from '@sparticuz/chromium'; await chromium.executablePath()"
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: project,
      env: { ...process.env, TMPDIR: folder },
    })
    await writeFile(join(folder, 'fonts.conf'), fontConfig())
    await rename(folder, unpackedFolder)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    if (!(await exists(unpackedFolder))) throw error
  }
}

/** The packaged font, and whatever the system has. */
function fontConfig(): string {
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    '<fontconfig>',
    '  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>',
    `  <dir>${join(unpackedFolder, 'fonts')}</dir>`,
    `  <cachedir>${join(unpackedFolder, 'font-cache')}</cachedir>`,
    '</fontconfig>',
  ].join('\n')
}

function packageVersion(): string {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  return createRequire(entry)('../../package.json').version
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
