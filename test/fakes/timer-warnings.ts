// Makes a test run fail where a timer is set for a time that is past or out of range: Node.js warns of it in the log.

function refuseTimerWarning(warning: Error): void {
  if (/^Timeout\w+Warning$/.test(warning.name)) throw warning
}

// The files of one worker share the process.
if (!process.listeners('warning').some(({ name }) => name === refuseTimerWarning.name)) {
  process.on('warning', refuseTimerWarning)
}
