#!/usr/bin/env node
// Runs the command line: starts the server, and does what must work before or without one.
// npx keeps its link to the file that it first found: where that was this one, it must run by itself.

import { Command, Option } from 'commander'
import { keepCompiled } from '../kit/compile-cache.ts'
import { Outage } from '../kit/outage.ts'
import { StartError } from '../kit/start-error.ts'
import { VERSION } from '../kit/version.ts'

// Only what the given command needs is loaded, after this.
keepCompiled()

const program = new Command('countersign')
  .description(
    'The human signature on what an AI agent is about to do. Configured by the environment; see .env.example.',
  )
  .version(VERSION, '--version', 'print the version')

program.hook('preAction', async () => {
  const [{ misspeltIn }, { loadDotEnv }] = await Promise.all([
    import('../config/config.ts'),
    import('../config/dot-env.ts'),
  ])
  loadDotEnv()
  for (const sentence of misspeltIn(process.env)) console.error(sentence)
})

program
  .command('start')
  .description('start the server (as npm start does)')
  .action(async () => void (await import('../serve.ts')))

program
  .command('migrate')
  .description('bring the database to this version and stop; the server does the same at its start')
  .action(async () => (await import('./migrate.ts')).migrateAndStop())

const keys = program.command('keys').description('API keys, and the key that signs receipts')
keys
  .command('create')
  .description('make an API key in the database and print it; it is not shown again')
  .requiredOption('--name <name>', 'what the key is for')
  .addOption(
    new Option('--role <role...>', 'one or more may follow')
      .choices(['agent', 'reviewer', 'admin', 'auditor'])
      .makeOptionMandatory(),
  )
  .option('--agent-id <id>', 'bind the key to one agent')
  .option('--person-name <name>', 'whose vote a reviewer key casts')
  .option('--person-email <email>', 'the e-mail of that person')
  .action(async (options) => (await import('./keys.ts')).createKey(options))

keys
  .command('rotate-signing')
  .description('sign receipts with another key from now on, also while the server runs')
  .action(async () => (await import('./keys.ts')).rotateSigningKey())

const people = program.command('people').description('people who review')
people
  .command('list')
  .description('print everybody who has decided something, holds a key or was added to a group, one a line')
  .action(async () => (await import('./people.ts')).listPeople())
people
  .command('disable <email>')
  .description('end the keys of everybody with this address; their votes on pending approvals do not count')
  .action(async (email) => (await import('./people.ts')).disablePerson(email))

const groups = program.command('groups').description('groups of reviewers, which policies name')
groups
  .command('list')
  .description('print every group with who is in it, one member a line')
  .action(async () => (await import('./groups.ts')).listGroups())
groups
  .command('create <name>')
  .description('make a group of people; groups of other kinds are made over the API')
  .action(async (name) => (await import('./groups.ts')).createGroup(name))
groups
  .command('delete <name>')
  .description('delete a group that the policy in force does not name')
  .action(async (name) => (await import('./groups.ts')).deleteGroup(name))
groups
  .command('add <group>')
  .description('add a person to a group, or change until when; cards that wait say so')
  .option('--email <email>', 'who it is')
  .option('--name <name>', 'their name, where nobody has that address yet')
  .option('--person <id>', 'who it is, by the id that `people list` prints')
  .option('--until <time>', 'the last day (2026-12-24), in UTC, or the moment (2026-12-24T18:00:00Z)')
  .action(async (group, options) => (await import('./groups.ts')).addToGroup(group, options))
groups
  .command('remove <group>')
  .description('take a person out of a group; votes that they cast stay')
  .option('--email <email>', 'who it is')
  .option('--person <id>', 'who it is, by the id that `groups list` prints')
  .action(async (group, options) => (await import('./groups.ts')).removeFromGroup(group, options))

program
  .command('backup <file>')
  .description(
    'copy the SQLite database into one file, also while the server runs; a file that is there is replaced',
  )
  .option(
    '--with-key',
    'with the secret key, sealed by a passphrase (COUNTERSIGN_BACKUP_PASSPHRASE, or asked for)',
  )
  .action(async (file, options) => (await import('./backup.ts')).backUp(file, options))

program
  .command('restore [file]')
  .description('make the SQLite database from a backup, where there is none; what was pending expires')
  .option(
    '--in-place',
    'the database is there already, restored by pg_restore or as a file; no server may run',
  )
  .option('--keep-api-keys', 'the API keys of the backup work, also those that were revoked since')
  .option('--revoke-api-keys', 'no API key of the backup works')
  .action(async (file, options) => (await import('./restore.ts')).restore(file, options))

program
  .command('secret-key')
  .description('the key that seals the secrets of destinations')
  .command('reset')
  .description('start over with another key when it is lost: those secrets are lost, and must be set again')
  .action(async () => (await import('./secret-key.ts')).resetKey())

const slack = program.command('slack').description('what the Slack app needs')
slack
  .command('manifest')
  .description('print the manifest of the Slack app for PUBLIC_URL')
  .option('--url <url>', 'the public https address, when PUBLIC_URL is not set')
  .action(async (options) => (await import('./slack-manifest.ts')).printSlackManifest(options))

const destinations = program
  .command('destinations')
  .description('destinations of the server at COUNTERSIGN_URL, with COUNTERSIGN_API_KEY')
destinations
  .command('test <id>')
  .description('send a sample card there, or an alert, and say what the provider said')
  .option('--event <type>', 'the type of an alert, such as policy.violation')
  .option('--message <text>', 'what it says')
  .action(async (id, options) => (await import('./destinations.ts')).testDestination(id, options))

program
  .command('mcp')
  .description(
    'speak MCP on standard input and output, for the server at COUNTERSIGN_URL, with COUNTERSIGN_API_KEY',
  )
  .action(async () => (await import('./mcp.ts')).joinMcp())

const policy = program
  .command('policy')
  .description('the policy of the server at COUNTERSIGN_URL, with COUNTERSIGN_API_KEY')
policy
  .command('check <file>')
  .description('say whether it could be applied now; a line for each mistake, and exit 1 with any')
  .action(async (file) => (await import('./policy.ts')).checkPolicy(file))
policy
  .command('diff <file>')
  .description('print what would change, rule by rule')
  .action(async (file) => (await import('./policy.ts')).diffPolicy(file))
policy
  .command('apply <file>')
  .description('put it in force, unless another version came between')
  .addOption(
    new Option('--if-version <number>', 'only in the place of this version; 0: of none').argParser(Number),
  )
  .action(async (file, options) => (await import('./policy.ts')).applyPolicy(file, options))
policy
  .command('explain [file]')
  .description('say which rule applies, why, and who could decide; by the file, or by what is in force')
  .option('--request <file>', 'a request in JSON, as an agent sends it')
  .option('--approval <id>', 'an approval; without a file, by the version that it was asked under')
  .option('--last <days>', 'what shadow rules would have done, such as 7d')
  .action(async (file, options) => (await import('./policy.ts')).explainPolicy(file, options))

const teams = program.command('teams').description('what the Teams app needs')
teams
  .command('package')
  .description('write the app for Teams as a zip, for MicrosoftAppId and PUBLIC_URL')
  .option('--out <file>', 'where to write it; a file that is there is replaced', 'countersign-teams.zip')
  .action(async (options) => (await import('./teams-package.ts')).writeTeamsPackage(options))

try {
  await program.parseAsync()
} catch (error) {
  console.error(error instanceof StartError || error instanceof Outage ? error.message : error)
  process.exitCode = 1
}
