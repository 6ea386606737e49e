// Where does Teams call us? The second path is where Microsoft's samples and tools expect a bot.

export const ENDPOINTS = { interactions: '/v1/webhooks/teams/interactions', alias: '/api/messages' } as const
