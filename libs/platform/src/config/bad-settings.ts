/** Settings that do not hold. Its message has a line for each: name, value (`***` for a secret) and what is expected. */
export class BadSettings extends Error {}
