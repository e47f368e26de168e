// SPDX-License-Identifier: Apache-2.0
// The API page: Swagger UI over this server's own description, nothing from elsewhere. Its bundle is copied beside by the
// build (scripts/build.mjs).
type Swagger = (options: Record<string, unknown>) => unknown;

function load(tag: "script" | "link", address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const element = document.createElement(tag);
    element.onload = () => resolve();
    element.onerror = reject;
    if (element instanceof HTMLScriptElement) element.src = address;
    else if (element instanceof HTMLLinkElement) Object.assign(element, { rel: "stylesheet", href: address });
    document.head.append(element);
  });
}

async function show(): Promise<void> {
  await Promise.all([load("link", "/api-docs/swagger-ui.css"), load("script", "/api-docs/swagger-ui-bundle.js")]);
  (window as unknown as { SwaggerUIBundle: Swagger }).SwaggerUIBundle({
    url: "/api/v1/openapi.json",
    dom_id: "#app",
    deepLinking: true,
    validatorUrl: null,
    docExpansion: "list",
    filter: true,
    tryItOutEnabled: false,
    requestInterceptor: (request: { credentials?: string }) => Object.assign(request, { credentials: "same-origin" }),
  });
}
void show();
