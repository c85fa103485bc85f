/** Errors of Kafka that will not pass by themselves: who this client is, what it may, what the broker speaks. */
const fatalTypes =
  /AUTHORIZATION_FAILED|SASL_AUTHENTICATION_FAILED|UNSUPPORTED_SASL_MECHANISM|UNSUPPORTED_VERSION|INVALID_GROUP_ID/;
const fatalNames = /KafkaJSSASLAuthenticationError|KafkaJSServerDoesNotSupportApiKey|KafkaJSNotImplemented/;

/** Whether trying again is of no use. */
export function isFatal(error: unknown): boolean {
  const { name, type, cause } = (error ?? {}) as { name?: unknown; type?: unknown; cause?: unknown };
  if (fatalNames.test(String(name)) || fatalTypes.test(String(type))) return true;
  return cause !== undefined && cause !== error && isFatal(cause);
}

/** Whether kafkajs threw it: by its name, which survives another realm. */
export function isOfKafka(error: unknown): boolean {
  return String((error as Error | undefined)?.name).startsWith('KafkaJS');
}
