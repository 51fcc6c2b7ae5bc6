import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/client";

/** What went wrong, and what to do, in the reader's language. */
export function useErrorWords(): (error: unknown) => string {
  const { t } = useTranslation();
  return useCallback(
    (error) => {
      if (!(error instanceof ApiError)) return String(error);
      if (error.status === 0) return t("error.unreachable");
      if (error.status === 403) return t("error.forbidden");
      if (error.status >= 500 || !error.message) return t("error.server", { status: error.status });
      return t("error.refused", { detail: error.message });
    },
    [t],
  );
}
