/** First words of commands that no plugin may ask for, whatever its manifest says: with these it could give itself more than it was given. */
export const commandsNeverGranted: readonly string[] = [
  "plugins",
  "plugin",
  "config",
  "login",
  "logout",
  "policy",
];
