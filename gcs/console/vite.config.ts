import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const service = process.env.PATROL_SERVICE ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    sourcemap: false,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "maplibre", test: /node_modules[\\/](maplibre-gl|@maplibre|@mapbox)/ },
            {
              name: "vendor",
              test: /node_modules[\\/](react|react-dom|scheduler|@mantine|@floating-ui|@tanstack|i18next)/,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": { target: service, ws: true, changeOrigin: true } } },
  test: { environment: "jsdom", include: ["tests/**/*.test.{ts,tsx}"] },
});
