/** Where the keys are kept: an option of all commands about them. */
export const KEYS_OPTION = {
  type: 'string',
  valueHint: 'FILE',
  description: 'File of the keys (default: XFMR_KEYS, else xfmr/keys.json in your folder for settings)',
} as const
