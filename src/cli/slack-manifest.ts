// Prints the manifest of the Slack app, for "From a manifest" at api.slack.com.

import { loadConfig } from '../config/config.ts'
import { StartError } from '../kit/start-error.ts'
import { ENDPOINTS } from '../platforms/slack/inbound.ts'

/** What the product calls and receives, and no more. */
const NEEDED_SCOPES = ['chat:write', 'chat:write.public', 'commands', 'users:read', 'users:read.email']
/** Asked for at the installation, which goes on without: https://docs.slack.dev/changelog/2026/03/12/optional-scopes */
const OPTIONAL_SCOPES = ['usergroups:read']

/** Prints it alone on standard output. Throws a StartError for an address that Slack would not take. */
export function printSlackManifest({ url }: { url?: string }): void {
  console.log(JSON.stringify(slackManifest(url ?? loadConfig(process.env).publicUrl), null, 2))
}

/** https://docs.slack.dev/reference/app-manifest */
export function slackManifest(url: string) {
  const publicUrl = publicHttps(url)
  return {
    display_information: {
      name: 'Countersign',
      description: 'Approve or deny what AI agents are about to do.',
      background_color: '#242042',
    },
    features: {
      // Where people are told directly. What they write there reaches nobody.
      app_home: {
        home_tab_enabled: false,
        messages_tab_enabled: true,
        messages_tab_read_only_enabled: true,
      },
      bot_user: { display_name: 'countersign', always_online: true },
      slash_commands: [
        {
          command: '/governance',
          url: publicUrl + ENDPOINTS.commands,
          description: 'How approvals stand, and what is waiting',
          usage_hint: 'status | pending | show <id>',
          should_escape: false,
        },
      ],
    },
    oauth_config: { scopes: { bot: [...NEEDED_SCOPES, ...OPTIONAL_SCOPES], bot_optional: OPTIONAL_SCOPES } },
    settings: {
      interactivity: { is_enabled: true, request_url: publicUrl + ENDPOINTS.interactions },
      org_deploy_enabled: false,
      socket_mode_enabled: false,
      token_rotation_enabled: false,
    },
  }
}

/** Without a trailing slash. */
function publicHttps(url: string): string {
  const parsed = URL.parse(url)
  if (
    parsed?.protocol !== 'https:' ||
    parsed.username ||
    parsed.search ||
    parsed.hash ||
    parsed.pathname !== '/'
  ) {
    throw new StartError(
      `Slack needs a public https address without a path, and ${url} is none. Set PUBLIC_URL, or add --url https://…`,
    )
  }
  return parsed.origin
}
