// SPDX-License-Identifier: Apache-2.0
// Three pages from one workspace. The console may use what Chrome 109 has; the portal and the guest page also open in the
// web views of chat programs (Chrome 79, Safari 13.1), so they are built apart: `vite build --mode outside`.
import { fileURLToPath } from "node:url";
import VueI18nPlugin from "@intlify/unplugin-vue-i18n/vite";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// What every screen and the list need is one file, so that the first rows wait for few requests. The headless parts of
// menus and dialogs come when the page is idle or they are wanted.
const framework = /node_modules[\\/](@vue|vue|vue-router|pinia|vue-i18n|@intlify)[\\/]/;
const everywhere =
  /shared[\\/](api|i18n|live|stores|text|design)[\\/]|shared[\\/]ui[\\/](index|keys|confirm|DAvatar|DBadge|DButton|DCheckbox|DEmpty|DField|DInput|DList|DMenu\.|DPage|DProblem|DSelect|DSkeleton|DTextarea|DToasts|DTooltip)|node_modules[\\/]@lucide[\\/]|console[\\/](shell[\\/](ConsoleShell|OfflineBanner|commands)|stores[\\/]|tickets[\\/](?!FilterBar|ValueChooser|BulkBar))/;
const consoleGroups = [
  { name: "headless", test: /node_modules[\\/](reka-ui[\\/]dist[\\/](?!Combobox|Listbox|Splitter|Switch|Tabs|AlertDialog)|@floating-ui|@vueuse|@internationalized|aria-hidden)/, priority: 8 },
  { name: "headless-more", test: /node_modules[\\/]reka-ui[\\/]/, priority: 7 },
  { name: "zh", test: /(shared|console)[\\/]locales[\\/]zh-CN/, priority: 7 },
  { name: "en", test: /(shared|console)[\\/]locales[\\/]en/, priority: 7 },
  { name: "base", test: (id: string) => framework.test(id) || everywhere.test(id) || id.includes("rolldown/runtime"), priority: 9 },
];

const outsideGroups = [
  { name: "vue", test: framework, priority: 9 },
  { name: "zh", test: /locales[\\/]zh-CN/, priority: 7 },
  { name: "en", test: /locales[\\/]en/, priority: 7 },
];

export default defineConfig(({ mode }) => {
  const outside = mode === "outside";
  const pages: Record<string, string> = outside
    ? { portal: here("./portal.html"), guest: here("./guest.html") }
    : { console: here("./index.html"), "api-docs": here("./api-docs.html") };
  return {
    plugins: [
      vue(),
      VueI18nPlugin({ include: [here("./src/*/locales/**")], runtimeOnly: true, compositionOnly: true, fullInstall: false, dropMessageCompiler: true, strictMessage: true }),
    ],
    resolve: { alias: { "@": here("./src") } },
    define: {
      __VUE_OPTIONS_API__: false,
      __VUE_PROD_DEVTOOLS__: false,
      __VUE_I18N_LEGACY_API__: false,
      __VUE_I18N_FULL_INSTALL__: false,
      __INTLIFY_PROD_DEVTOOLS__: false,
      __INTLIFY_DROP_MESSAGE_COMPILER__: true,
    },
    build: {
      target: outside ? ["chrome79", "safari13.1"] : ["chrome109", "safari15.4", "firefox115"],
      cssTarget: outside ? ["chrome79", "safari13.1"] : ["chrome109", "safari15.4", "firefox115"],
      emptyOutDir: !outside,
      copyPublicDir: !outside,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 700,
      rolldownOptions: {
        input: pages,
        output: {
          // Few requests before the first row: what every page needs is one chunk, headless parts another.
          codeSplitting: {
            groups: [
              ...(outside ? outsideGroups : []),
              { name: "charts", test: /node_modules[\\/](echarts|zrender)[\\/]/, priority: 9 },
              { name: "graph", test: /node_modules[\\/]@dagrejs[\\/]/, priority: 9 },
              ...(outside ? [] : consoleGroups),
            ],
          },
        },
      },
    },
    // Ceilings, not pace: a machine that compiles beside the tests is several times slower, and still right.
    test: { environment: "happy-dom", include: ["tests/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 },
    server: {
      proxy: { "/api": { target: process.env.DOCKET_URL ?? "https://localhost:8443", secure: false, ws: true } },
    },
  };
});
