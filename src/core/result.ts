/** A value or the reason there is none. It does not know what went wrong, only that the caller must look. */

export type Result<Value, Reason> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: Reason };

export const ok = <Value>(value: Value): { readonly ok: true; readonly value: Value } => ({
  ok: true,
  value,
});

export const fail = <Reason>(error: Reason): { readonly ok: false; readonly error: Reason } => ({
  ok: false,
  error,
});
