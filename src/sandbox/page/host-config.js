// @ts-check
// How do Adaptive Cards fit into this page? Its letters, colours and distances, for light and dark alike.

/** @param {string} color */
const foreground = (color) => ({ default: color, subtle: 'var(--soft)' })

const foregroundColors = {
  default: foreground('var(--ink)'),
  dark: foreground('var(--ink)'),
  light: foreground('var(--panel)'),
  accent: foreground('var(--accent)'),
  good: foreground('var(--green)'),
  warning: foreground('var(--amber)'),
  attention: foreground('var(--red)'),
}

/** @param {string} backgroundColor */
const container = (backgroundColor) => ({ backgroundColor, borderColor: 'var(--line)', foregroundColors })

export const HOST_CONFIG = {
  supportsInteractivity: true,
  fontFamily: 'var(--sans)',
  fontTypes: {
    default: {
      fontFamily: 'var(--sans)',
      fontSizes: { small: 13, default: 14.5, medium: 16, large: 17, extraLarge: 20 },
      fontWeights: { lighter: 400, default: 400, bolder: 650 },
    },
    monospace: {
      fontFamily: 'var(--mono)',
      fontSizes: { small: 12.5, default: 13, medium: 14, large: 15, extraLarge: 17 },
      fontWeights: { lighter: 400, default: 400, bolder: 650 },
    },
  },
  spacing: { none: 0, small: 4, default: 8, medium: 9, large: 16, extraLarge: 24, padding: 11 },
  separator: { lineThickness: 1, lineColor: 'var(--line)' },
  containerStyles: {
    default: container('var(--panel)'),
    emphasis: container('var(--sunken)'),
    good: container('var(--green-soft)'),
    attention: container('var(--red-soft)'),
    warning: container('var(--amber-soft)'),
    accent: container('var(--accent-soft)'),
  },
  inputs: {
    label: {
      inputSpacing: 'small',
      requiredInputs: { weight: 'bolder', suffix: ' *', suffixColor: 'attention' },
      optionalInputs: { weight: 'bolder' },
    },
    errorMessage: { color: 'attention', spacing: 'small' },
  },
  actions: {
    maxActions: 6,
    spacing: 'default',
    buttonSpacing: 5,
    showCard: { actionMode: 'inline', inlineTopMargin: 10, style: 'emphasis' },
    actionsOrientation: 'horizontal',
    actionAlignment: 'left',
  },
}
