import { withoutPassword } from "./git-url.ts";

/** What says to git, in one of its hooks for instance, that another repository is meant. */
const ofAnotherRepository: readonly string[] = [
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_DIR",
  "GIT_GRAFT_FILE",
  "GIT_INDEX_FILE",
  "GIT_NAMESPACE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_PREFIX",
  "GIT_QUARANTINE_PATH",
  "GIT_REPLACE_REF_BASE",
  "GIT_SHALLOW_FILE",
  "GIT_WORK_TREE",
];

/**
 * The environment in which git gets a source. Nobody is there to be asked, so it fails where it would ask.
 * @param url the source's, whose user and password are given to git here: neither its arguments nor the clone have them
 */
export function gitEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  url: string,
): Record<string, string | undefined> {
  const environment: Record<string, string | undefined> = {
    // An explicit helper may answer; that of a desktop would ask somebody.
    GIT_ASKPASS: "",
    ...own,
    GIT_TERMINAL_PROMPT: "0",
    GCM_INTERACTIVE: "never",
    SSH_ASKPASS_REQUIRE: "never",
    LC_ALL: "C",
    ...(process.platform === "win32" ? { GIT_SSH_COMMAND: own["GIT_SSH_COMMAND"] ?? "ssh -o BatchMode=yes" } : {}),
    ...credentials(own, url),
  };
  for (const name of ofAnotherRepository) delete environment[name];
  return environment;
}

/** A rule that puts user and password before all that is fetched from the URL's server. */
function credentials(
  own: Readonly<Record<string, string | undefined>>,
  url: string,
): Record<string, string | undefined> {
  const clean = withoutPassword(url);
  if (clean === url || !/^https?:/i.test(url)) return {};
  const count = Number(own["GIT_CONFIG_COUNT"] ?? 0);
  return {
    GIT_CONFIG_COUNT: `${count + 1}`,
    [`GIT_CONFIG_KEY_${count}`]: `url.${server(url)}.insteadOf`,
    [`GIT_CONFIG_VALUE_${count}`]: server(clean),
  };
}

function server(url: string): string {
  return `${/^[a-z]+:\/\/[^/]*/i.exec(url)?.[0] ?? url}/`;
}
