import type { Problem } from "@slipway/errors";
import type { DeployOptions } from "./deploy-options.ts";
import { ReleaseError, type ReleaseErrorCode } from "./release-error.ts";

// Semantic Versioning 2.0.0.
const number = String.raw`(?:0|[1-9]\d*)`;
const semverPattern = new RegExp(
  String.raw`^${number}\.${number}\.${number}(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$`,
);

/** What the API would refuse after everything has been built. @throws ReleaseError RELEASE_BAD_VALUE, for all at once */
export function checkDeploy({ commit, semver, tags = {} }: DeployOptions): void {
  const problems: Problem<ReleaseErrorCode>[] = [];
  const bad = (message: string, hint: string): unknown => problems.push({ code: "RELEASE_BAD_VALUE", message, hint });
  if (commit !== undefined && (commit === "" || commit.length > 40)) {
    bad(`the commit has ${commit.length} characters`, "give 1 to 40, as a git commit has");
  }
  if (semver !== undefined && !semverPattern.test(semver)) {
    bad(`\`${semver}\` is no version`, "give major.minor.patch, as in 1.2.3");
  }
  for (const key of Object.keys(tags)) {
    if (!/^\S+$/.test(key)) bad(`\`${key}\` is no name of a tag`, "give one without blanks");
  }
  ReleaseError.throwAll(problems);
}
