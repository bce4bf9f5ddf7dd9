import type { Problem } from "@slipway/errors";
import type { DockerfileErrorCode } from "./dockerfile-error.ts";
import { expand } from "./expand.ts";
import { isHeredocStart } from "./heredoc.ts";
import { argPairs, envPairs } from "./pairs.ts";
import type { Source, Stage, StepState } from "./stage.ts";
import type { StagesOptions } from "./stages.ts";
import type { CopyStep, Invocation, Mount, RunStep, Step, StepBase } from "./step.ts";
import type { Dockerfile, Instruction } from "./tree.ts";
import { parseJsonList, splitAtSpaces, splitWords } from "./words.ts";

/** Where a step stands. */
export interface StepContext {
  readonly tree: Dockerfile;
  /** The stages before this one. */
  readonly stages: readonly Stage[];
  readonly index: number;
  readonly state: StepState;
  readonly globals: Readonly<Record<string, string>>;
  readonly options: StagesOptions;
  readonly problems: Problem<DockerfileErrorCode>[];
}

/** An instruction's meaning, and what is in force after it; undefined if it has none, which is then in the problems. */
export function stepReader(
  context: StepContext,
  instruction: Instruction,
): { step: Step; after: StepState } | undefined {
  return new StepReader(context, instruction).read();
}

class StepReader {
  readonly #context: StepContext;
  readonly #instruction: Instruction;
  readonly #state: StepState;

  constructor(context: StepContext, instruction: Instruction) {
    this.#context = context;
    this.#instruction = instruction;
    this.#state = context.state;
  }

  read(): { step: Step; after: StepState } | undefined {
    const { args, keyword } = this.#instruction;
    const state = this.#state;
    const same = (step: Step | undefined): { step: Step; after: StepState } | undefined =>
      step && { step, after: state };
    switch (keyword) {
      case "RUN":
        return same(this.#run());
      case "COPY":
      case "ADD":
        return same(this.#copy());
      case "CMD":
      case "ENTRYPOINT": {
        const kind = keyword === "CMD" ? "cmd" : "entrypoint";
        return same({ ...this.#base(), kind, ...this.#invocation(args) });
      }
      case "ENV":
      case "LABEL": {
        const pairs = envPairs(args, this.#context.tree.escape, (text) => this.#expand(text));
        if (!pairs) return this.#problem(`${keyword} takes \`name=value\` pairs; read \`${args}\``);
        const step: Step = { ...this.#base(), kind: keyword === "ENV" ? "env" : "label", pairs };
        if (keyword === "LABEL") return { step, after: state };
        return {
          step,
          after: { ...state, env: { ...state.env, ...(Object.fromEntries(pairs) as Record<string, string>) } },
        };
      }
      case "ARG":
        return this.#arg();
      case "WORKDIR": {
        const path = joinPath(state.workdir, this.#expand(args));
        return { step: { ...this.#base(), kind: "workdir", path }, after: { ...state, workdir: path } };
      }
      case "USER": {
        const user = this.#expand(args);
        return { step: { ...this.#base(), kind: "user", user }, after: { ...state, user } };
      }
      case "SHELL": {
        const shell = parseJsonList(args);
        if (!shell || shell.length === 0) {
          return this.#problem(`SHELL takes a JSON list; read \`${args}\``, 'write SHELL ["/bin/bash", "-c"]');
        }
        return { step: { ...this.#base(), kind: "shell", shell }, after: { ...state, shell } };
      }
      case "EXPOSE":
        return same({
          ...this.#base(),
          kind: "expose",
          values: splitAtSpaces(args).map((word) => this.#expand(word.text)),
        });
      case "VOLUME": {
        const paths = parseJsonList(args) ?? splitAtSpaces(args).map((word) => word.text);
        return same({ ...this.#base(), kind: "volume", values: paths.map((path) => this.#expand(path)) });
      }
      case "STOPSIGNAL":
        return same({ ...this.#base(), kind: "stopsignal", signal: this.#expand(args) });
      case "HEALTHCHECK":
        return same(this.#healthcheck());
      case "ONBUILD":
        return same({ ...this.#base(), kind: "onbuild", trigger: args });
      case "MAINTAINER":
        return same({ ...this.#base(), kind: "maintainer", name: args });
      default:
        return undefined;
    }
  }

  #run(): RunStep {
    const { args, heredocs } = this.#instruction;
    const network = this.#flag("network");
    const security = this.#flag("security");
    const bodies = heredocs.map(({ content, name }) => `\n${content}${name}`).join("");
    const command = args + bodies;
    const invocation = this.#invocation(args, command);
    return {
      ...this.#base(),
      kind: "run",
      ...invocation,
      command: invocation.form === "shell" ? command : "",
      heredocs,
      mounts: this.#mounts(),
      ...(network === undefined ? {} : { network }),
      ...(security === undefined ? {} : { security }),
    };
  }

  #mounts(): Mount[] {
    return this.#instruction.flags.flatMap(({ name, value }) => {
      if (name !== "mount" || value === undefined) return [];
      const options = Object.fromEntries(
        this.#expand(value)
          .split(",")
          .map((field) => {
            const at = field.indexOf("=");
            return at < 0 ? [field, "true"] : [field.slice(0, at), field.slice(at + 1)];
          }),
      ) as Record<string, string>;
      const target = options["target"] ?? options["dst"] ?? options["destination"];
      const source = options["source"] ?? options["src"];
      const from = options["from"];
      return [
        {
          type: (options["type"] ?? "bind") as Mount["type"],
          ...(target === undefined ? {} : { target }),
          ...(source === undefined ? {} : { source }),
          ...(from === undefined ? {} : { from: this.#source(from) }),
          options,
        },
      ];
    });
  }

  #copy(): CopyStep | undefined {
    const { args, keyword, heredocs, flags } = this.#instruction;
    const words = parseJsonList(args) ?? splitWords(args, this.#context.tree.escape).map((word) => word.text);
    if (words.length < 2) {
      return this.#problem(`${keyword} takes one source or more and a destination; read \`${args}\``);
    }
    const isHeredoc = (word: string): boolean => heredocs.length > 0 && isHeredocStart(word);
    const sources = words.slice(0, -1).filter((word) => !isHeredoc(word));
    const destination = this.#expand(words.at(-1) as string);
    const from = this.#flag("from");
    const chown = this.#flag("chown");
    const chmod = this.#flag("chmod");
    const checksum = this.#flag("checksum");
    const copy: CopyStep = {
      ...this.#base(),
      kind: keyword === "COPY" ? "copy" : "add",
      sources: sources.map((source) => this.#expand(source)),
      heredocs: heredocs.map((heredoc) =>
        heredoc.expand ? { ...heredoc, content: this.#expand(heredoc.content, { raw: true }) } : heredoc,
      ),
      destination: joinDestination(this.#state.workdir, destination),
      ...(from === undefined ? {} : { from: this.#source(from) }),
      ...(chown === undefined ? {} : { chown }),
      ...(chmod === undefined ? {} : { chmod }),
      link: this.#isSet("link"),
      parents: this.#isSet("parents"),
      exclude: flags.flatMap(({ name, value }) => (name === "exclude" && value ? [value] : [])),
      ...(checksum === undefined ? {} : { checksum }),
      ...(keyword === "ADD" ? { keepGitDir: this.#isSet("keep-git-dir") } : {}),
    };
    return copy;
  }

  #arg(): { step: Step; after: StepState } {
    const { buildArgs } = this.#context.options;
    const args: Record<string, string> = { ...this.#state.args };
    const lookup = (name: string): string | undefined => this.#state.env[name] ?? args[name];
    const pairs: [string, string | undefined][] = [];
    const read = argPairs(this.#instruction.args, (text) => expand(text, lookup, this.#context.tree.escape));
    for (const [name, fallback] of read) {
      pairs.push([name, fallback]);
      // Given from outside; else its own default; else what the ARG before the first FROM says.
      const value = buildArgs?.[name] ?? fallback ?? this.#context.globals[name];
      if (value !== undefined) args[name] = value;
    }
    return { step: { ...this.#base(), kind: "arg", pairs }, after: { ...this.#state, args } };
  }

  #healthcheck(): Step | undefined {
    const { args, flags } = this.#instruction;
    const options = Object.fromEntries(flags.map(({ name, value }) => [name, value ?? ""]));
    if (args.toUpperCase() === "NONE") return { ...this.#base(), kind: "healthcheck", test: "NONE", options };
    const match = /^CMD\s+(.*)$/is.exec(args);
    if (!match) return this.#problem(`HEALTHCHECK takes NONE or CMD and a command; read \`${args}\``);
    return { ...this.#base(), kind: "healthcheck", test: this.#invocation(match[1] as string), options };
  }

  #base(): StepBase {
    const { index, state } = this.#context;
    return { index, text: this.#instruction.text, range: this.#instruction.range, before: state };
  }

  #invocation(args: string, command: string = args): Invocation {
    const list = parseJsonList(args);
    if (list) return { form: "exec", argv: list };
    return { form: "shell", argv: [...this.#state.shell, command] };
  }

  #source(written: string): Source {
    const name = this.#expand(written);
    const { stages } = this.#context;
    const stage = stages.findLast((candidate) => candidate.name === name.toLowerCase());
    if (stage) return { kind: "stage", index: stage.index };
    if (!/^\d+$/.test(name)) return name === "scratch" ? { kind: "scratch" } : { kind: "image", image: name };
    if (Number(name) >= stages.length) {
      this.#problem(`there is no stage ${name} before this one`, "stages count from 0");
    }
    return { kind: "stage", index: Number(name) };
  }

  #flag(name: string): string | undefined {
    const value = this.#instruction.flags.findLast((flag) => flag.name === name)?.value;
    return value === undefined ? undefined : this.#expand(value);
  }

  #isSet(name: string): boolean {
    const flag = this.#instruction.flags.findLast((candidate) => candidate.name === name);
    return flag !== undefined && flag.value !== "false";
  }

  #expand(text: string, options: { readonly raw?: boolean } = {}): string {
    // ENV is in force over ARG of the same name.
    const lookup = (name: string): string | undefined => this.#state.env[name] ?? this.#state.args[name];
    return expand(text, lookup, this.#context.tree.escape, options);
  }

  #problem(message: string, hint?: string): undefined {
    const { range } = this.#instruction;
    this.#context.problems.push({ code: "DOCKERFILE_BAD_ARGUMENTS", message, range, ...(hint ? { hint } : {}) });
    return undefined;
  }
}

function joinPath(base: string, path: string): string {
  const full = path.startsWith("/") ? path : `${base === "" ? "" : base}/${path}`;
  // Relative to a folder that only the base image knows: it stays relative.
  const known = path.startsWith("/") || base.startsWith("/");
  const parts: string[] = [];
  for (const part of full.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !known) parts.push(part);
  }
  return (known ? "/" : "") + parts.join("/");
}

function joinDestination(workdir: string, destination: string): string {
  const path = joinPath(workdir, destination);
  const isFolder = destination.endsWith("/") || destination === "." || destination.endsWith("/.");
  return isFolder && !path.endsWith("/") ? `${path}/` : path;
}
