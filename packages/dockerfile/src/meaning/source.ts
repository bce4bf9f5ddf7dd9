/** A stage or an image that something is taken from. */
export type Source =
  | { readonly kind: "image"; readonly image: string; readonly platform?: string }
  | { readonly kind: "stage"; readonly index: number }
  | { readonly kind: "scratch" };
