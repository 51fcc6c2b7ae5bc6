import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, signInWith } from "../api/client";
import { useErrorWords } from "../i18n/errors";
import { remembered, setLanguage } from "../i18n/i18n";
import { Brand } from "../shell/Brand";
import { LanguageSwitch, ThemeSwitch } from "../shell/switches";
import { useSession } from "./store";
import styles from "./Login.module.css";

export function Login() {
  const { t } = useTranslation();
  const errorWords = useErrorWords();
  const { signIn, expired } = useSession();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");

  const login = useMutation({
    mutationFn: () => signInWith(username, password),
    onSuccess: (token) => {
      // A choice made on this computer outweighs the one in the account.
      if (!remembered()) setLanguage(token.user.language, false);
      signIn(token);
    },
  });

  const words = (error: Error): string => {
    if (error instanceof ApiError && error.status === 401) return t("login.refused");
    if (error instanceof ApiError && error.status === 429) return t("login.tooMany");
    return errorWords(error);
  };
  const notice = login.error ? words(login.error) : expired ? t("login.expired") : null;

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    login.mutate();
  };

  return (
    <main className={styles.page}>
      <div className={styles.switches}>
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <RoadBackdrop />
      <form className={styles.card} onSubmit={submit}>
        <Brand large />
        <p className={styles.tagline}>{t("app.tagline")}</p>
        <Stack gap="md">
          {notice && (
            <Alert
              color={login.error ? "alert" : "accent"}
              icon={<IconAlertTriangle />}
              role="alert"
              data-testid="login-error"
            >
              {notice}
            </Alert>
          )}
          <TextInput
            label={t("login.username")}
            value={username}
            onChange={(event) => setUsername(event.currentTarget.value)}
            autoComplete="username"
            autoFocus
            required
            withAsterisk={false}
            size="md"
            data-testid="login-username"
          />
          <PasswordInput
            label={t("login.password")}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            autoComplete="current-password"
            required
            withAsterisk={false}
            size="md"
            data-testid="login-password"
          />
          <Button
            type="submit"
            size="md"
            loading={login.isPending}
            fullWidth
            data-testid="login-submit"
          >
            {t("login.submit")}
          </Button>
        </Stack>
      </form>
    </main>
  );
}

/** Three lanes and a shoulder from above: what this product looks at all day. */
function RoadBackdrop() {
  return (
    <svg
      className={styles.road}
      viewBox="0 0 1200 800"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden
    >
      <g transform="rotate(-24 600 400)">
        <rect x="-400" y="250" width="2000" height="300" className={styles.asphalt} />
        <rect x="-400" y="490" width="2000" height="60" className={styles.shoulder} />
        <line x1="-400" x2="1600" y1="256" y2="256" className={styles.yellow} />
        <line x1="-400" x2="1600" y1="334" y2="334" className={styles.dashed} />
        <line x1="-400" x2="1600" y1="412" y2="412" className={styles.dashed} />
        <line x1="-400" x2="1600" y1="488" y2="488" className={styles.white} />
      </g>
    </svg>
  );
}
