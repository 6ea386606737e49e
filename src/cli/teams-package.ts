// Writes the Teams app as a zip with its manifest and icons, for "Upload an app".

import { readFileSync, writeFileSync } from 'node:fs'
import { strToU8, type Zippable, zipSync } from 'fflate'
import { z } from 'zod'
import { environment, gather } from '../config/config.ts'
import { StartError } from '../kit/start-error.ts'
import { VERSION } from '../kit/version.ts'

/** Only these, so that the package can be made before the app has its password. */
const NEEDED = z.object({
  MicrosoftAppId: z.nonoptional(environment.shape.MicrosoftAppId, 'must be set to the app id of the bot'),
  PUBLIC_URL: z
    .nonoptional(environment.shape.PUBLIC_URL, 'must be set to the https address at which Teams reaches you')
    .refine((url) => url.startsWith('https:'), 'must be an https address'),
})

const SCHEMA_VERSION = '1.30'

/** Always the same, so that the same app makes the same bytes; zip knows no earlier day. */
const ZIP_EPOCH = new Date(1980, 0, 1)

/**
 * Writes the package, in place of an earlier one. Throws a StartError with a line for each thing that Teams
 * would not take, and for a file that cannot be written.
 */
export function writeTeamsPackage({ out }: { out: string }): void {
  const manifest = teamsManifest(readApp())
  const files: Zippable = {
    'manifest.json': strToU8(`${JSON.stringify(manifest, null, 2)}\n`),
    [manifest.icons.color]: readFileSync(new URL('./teams-package/color.png', import.meta.url)),
    [manifest.icons.outline]: readFileSync(new URL('./teams-package/outline.png', import.meta.url)),
  }
  const zip = zipSync(files, { mtime: ZIP_EPOCH })
  try {
    writeFileSync(out, zip)
  } catch (error) {
    throw new StartError(`--out: ${out} cannot be written (${(error as NodeJS.ErrnoException).code})`)
  }
  console.log(`Wrote ${out}. Next, in Teams: Apps, Manage your apps, Upload an app.`)
}

interface App {
  appId: string
  publicUrl: string
}

/** https://learn.microsoft.com/en-us/microsoft-365/extensibility/schema/?view=m365-app-1.30 */
function teamsManifest({ appId, publicUrl }: App) {
  return {
    $schema: `https://developer.microsoft.com/json-schemas/teams/v${SCHEMA_VERSION}/MicrosoftTeams.schema.json`,
    manifestVersion: SCHEMA_VERSION,
    version: VERSION,
    // One app for one bot: wherever the package is made again, Teams knows it for the same app.
    id: appId,
    developer: {
      name: 'Countersign',
      websiteUrl: publicUrl,
      privacyUrl: publicUrl,
      termsOfUseUrl: publicUrl,
    },
    name: { short: 'Countersign', full: 'Countersign: approvals for AI agents' },
    description: {
      short: 'Approve or deny what AI agents are about to do.',
      full: 'AI agents ask before they act, and people decide on a card. Who decided what is on record.',
    },
    icons: { color: 'color.png', outline: 'outline.png' },
    accentColor: '#242042',
    bots: [
      {
        botId: appId,
        scopes: ['personal', 'team', 'groupChat'],
        supportsFiles: false,
        isNotificationOnly: false,
        commandLists: [{ scopes: ['personal', 'team', 'groupChat'], commands: COMMANDS }],
      },
    ],
    // Who pressed; and to tell members of a team directly, where a policy asks for that.
    permissions: ['identity', 'messageTeamMembers'],
    validDomains: [new URL(publicUrl).host],
  }
}

const COMMANDS = [
  { title: 'status', description: 'How approvals stand' },
  { title: 'pending', description: 'What is waiting for a decision' },
  { title: 'show', description: 'show <id>: one approval request in full, where its card was posted' },
  { title: 'help', description: 'What you can ask' },
]

function readApp(): App {
  const { data, error } = NEEDED.safeParse(gather(process.env))
  if (error) {
    throw new StartError(error.issues.map(({ path, message }) => `${path.join()}: ${message}`).join('\n'))
  }
  return { appId: data.MicrosoftAppId, publicUrl: data.PUBLIC_URL }
}
