import { Alert, Button } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { Translation } from "react-i18next";

interface State {
  error: Error | null;
}

/** Keeps one failing part of the screen from taking the others with it. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Translation>
        {(t) => (
          <Alert color="alert" m="md" title={t("error.crash", { detail: error.message })}>
            <Button size="xs" variant="default" onClick={() => this.setState({ error: null })}>
              {t("error.retry")}
            </Button>
          </Alert>
        )}
      </Translation>
    );
  }
}
