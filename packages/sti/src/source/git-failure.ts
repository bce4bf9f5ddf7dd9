import { StiError } from "../sti-error.ts";
import { withoutPassword } from "./git-url.ts";

/** What the lines of git and ssh mean that say why something failed, the telling ones first. */
const reasons: readonly [said: RegExp, hint: string][] = [
  [/Host key verification failed|HOST IDENTIFICATION HAS CHANGED/, "check the server's key, and add it to known_hosts"],
  [/Permission denied \(/, "does the server know your key? it comes from ssh's agent or configuration"],
  [
    /could not read (?:Username|Password)|terminal prompts disabled/,
    "credentials are missing: use a git credential helper, an ssh URL, or write them into the URL",
  ],
  [/Authentication failed|HTTP Basic: Access denied|error: 40[13]\b/, "are the user and the password or token right?"],
  [/certificate|\bSSL\b/i, "if its CA is one of your own, name it in GIT_SSL_CAINFO or git's http.sslCAInfo"],
  [
    /Could not resolve host|Connection refused|timed out|unable to connect|Connection reset|No route to host/i,
    "is the address right, and can this machine reach it?",
  ],
  [
    /repository not exported|not appear to be a git repository|repository .*(?:not found|not exist)/i,
    "is there such a repository, and may you read it?",
  ],
];

/** That git failed, with the reason that it or ssh gave. */
export function gitFailure(command: string, ended: number | string, said: readonly string[]): StiError {
  if (typeof ended === "string") {
    return new StiError("STI_GIT_FAILED", `git ${command} failed: ${ended}`, { hint: "is git installed?" });
  }
  const output = said.map((line) => line.replaceAll(/[a-z+]+:\/\/[^\s']+/gi, withoutPassword));
  const known = reasons.flatMap(([pattern, hint]) => {
    const line = output.find((one) => pattern.test(one));
    return line === undefined ? [] : [{ line, hint }];
  })[0];
  const why = known?.line ?? output.findLast((line) => /^(?:fatal|error):/.test(line)) ?? output.at(-1);
  return new StiError("STI_GIT_FAILED", `git ${command} failed: ${why ?? `exit code ${ended}`}`, {
    output,
    hint: known?.hint ?? "try the same with git itself",
    exitCode: ended,
  });
}
