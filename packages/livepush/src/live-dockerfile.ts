import { type Comment, parse } from "@slipway/dockerfile";
import { type Problem, summarize } from "@slipway/errors";
import { LivepushError, type LivepushErrorCode } from "./livepush-error.ts";

/** A Dockerfile for live development, made from one with directives. */
export interface LiveDockerfile {
  readonly text: string;
  /** The live command; undefined where there is none. */
  readonly liveCommand?: string | undefined;
  /** The first step that no longer restarts the container: of which stage, and which of its steps. */
  readonly liveFrom?: { readonly stage: number; readonly step: number } | undefined;
}

const keywords: Readonly<Record<string, string>> = { run: "RUN", copy: "COPY", env: "ENV", "cmd-live": "CMD" };

/**
 * What a Dockerfile becomes for live development. `#dev-cmd-live=COMMAND` becomes its CMD; from there on RUNs are left out
 * and COPYs kept, and it ends before the next FROM; other CMDs are left out too. `#dev-run=`, `#dev-copy=` and `#dev-env=`
 * become a RUN, COPY and ENV where they stand. A Dockerfile without such comments stays as it is.
 * @throws LivepushError LIVEPUSH_DIRECTIVE for a second live command, an unknown directive, one without a value or before
 *   the first FROM, all at once; DockerfileError
 */
export function liveDockerfile(text: string, options: { readonly file?: string | undefined } = {}): LiveDockerfile {
  const tree = parse(text, options);
  const directives = new Map(tree.comments.flatMap((comment) => readDirective(comment) ?? []));
  throwProblems([...directives.values()]);
  const isLive = [...directives.values()].some(({ keyword }) => keyword === "CMD");
  let output = "";
  let liveCommand: string | undefined;
  let liveFrom: LiveDockerfile["liveFrom"];
  let stage = -1;
  let step = 0;
  for (const item of tree.items) {
    const directive = item.kind === "comment" ? directives.get(item) : undefined;
    if (directive) {
      const { keyword, value } = directive;
      output += `${output === "" || output.endsWith("\n") ? "" : "\n"}${keyword} ${value}\n`;
      step += 1;
      if (keyword === "CMD") {
        liveCommand = value;
        liveFrom = { stage, step };
      }
      continue;
    }
    if (item.kind === "instruction") {
      if (item.keyword === "FROM") {
        if (liveCommand !== undefined) break;
        stage += 1;
        step = 0;
      } else if (isLive && (item.keyword === "CMD" || (liveCommand !== undefined && item.keyword === "RUN"))) {
        continue;
      } else step += 1;
    }
    output += item.source;
  }
  return { text: output, liveCommand, liveFrom };
}

interface Directive {
  readonly comment: Comment;
  readonly name: string;
  readonly keyword: string | undefined;
  readonly value: string;
}

function readDirective(comment: Comment): [Comment, Directive][] | undefined {
  const match = /^dev-([a-z-]+)=(.*)$/s.exec(comment.text);
  if (!match) return undefined;
  const [, name = "", value = ""] = match;
  return [[comment, { comment, name, keyword: keywords[name], value: value.trim() }]];
}

function throwProblems(directives: readonly Directive[]): void {
  const problems: Problem<LivepushErrorCode>[] = [];
  let live: Directive | undefined;
  for (const directive of directives) {
    const { comment, name, keyword, value } = directive;
    const complain = (message: string, hint: string): void =>
      void problems.push({ code: "LIVEPUSH_DIRECTIVE", message, hint, range: comment.range });
    const known = Object.keys(keywords).map((key) => `#dev-${key}=`);
    if (!keyword) complain(`there is no directive \`#dev-${name}=\``, `there are ${known.join(", ")}`);
    else if (value === "") complain(`\`#dev-${name}=\` has no value`, "write it behind the `=`");
    else if (comment.beforeInstruction === 0) {
      complain(`\`#dev-${name}=\` stands before the first FROM`, "put it into the stage that it is for");
    }
    if (keyword === "CMD" && live)
      complain("there is a second `#dev-cmd-live=`", "a container runs one command: keep one");
    if (keyword === "CMD") live ??= directive;
  }
  const [first, ...more] = problems;
  if (!first) return;
  const { code, message, options } = summarize([first, ...more]);
  throw new LivepushError(code, message, options);
}
