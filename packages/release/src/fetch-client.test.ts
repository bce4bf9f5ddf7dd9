import { expect, test } from "vitest";
import { apiClient } from "./fetch-client.ts";

test.each([
  ["https://api.example.com", "https://api.example.com/v7/"],
  ["https://api.example.com//", "https://api.example.com/v7/"],
  ["https://example.com/api/v6/", "https://example.com/api/v6/"],
])("%s asks %s", (url, prefix) => {
  expect(apiClient({ url }).apiPrefix).toBe(prefix);
  expect(apiClient({ url, version: "v9" }).apiPrefix).toBe(prefix.replace(/v\d/, "v9"));
});

test.each(["https://me:secret@api.example.com", "https://api.example.com?token=secret"])(
  "%s is refused, and not repeated",
  (url) => {
    expect(() => apiClient({ url })).toThrow(expect.objectContaining({ code: "RELEASE_BAD_VALUE" }));
    expect(() => apiClient({ url })).not.toThrow(/secret/);
  },
);
