// Starts the server and stops it, nothing else.

import { buildApp } from './app.ts'
import { loadConfig } from './config/config.ts'
import { Outage } from './kit/outage.ts'
import { StartError } from './kit/start-error.ts'

try {
  const config = loadConfig(process.env)
  const countersign = await buildApp(config)
  const { firstAdminKey } = await countersign.start()
  const stop = async (signal: NodeJS.Signals) => {
    console.log(`${signal}: stopping`)
    await countersign.stop()
    process.exit(0)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)

  console.log(`Countersign listens on ${config.localUrl}`)
  if (config.noSandbox) console.log(`There is no sandbox, since ${config.noSandbox}.`)
  else console.log(`Open ${config.publicUrl}/sandbox to try it: nothing leaves this machine.`)
  if (firstAdminKey) console.log(`Your first admin key, shown only now: ${firstAdminKey}`)
} catch (error) {
  const isTold = error instanceof StartError || error instanceof Outage
  console.error(isTold ? `Countersign cannot start.\n${error.message}` : error)
  process.exit(1)
}
