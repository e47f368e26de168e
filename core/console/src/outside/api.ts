// SPDX-License-Identifier: Apache-2.0
// What people without an account may ask of the server: a customer through the portal, a guest through their link.
import { send, type Answer } from "@/shared/api/client";

export type Title = { zh?: string; en?: string };

/** A file of one's own has an id; a stranger's has a handle, which is all that gives it away. */
export interface UploadedFile {
  id: number;
  handle?: string;
  name: string;
  media_type: string;
  size: number;
}
export interface FormField {
  name: string;
  title: Title;
  kind: "text" | "long_text" | "integer" | "number" | "boolean" | "choice" | "choices" | "date" | "instant" | "phone" | "email";
  required: boolean;
  choices: { name: string; title: Title }[];
  minimum?: number | null;
  maximum?: number | null;
  max_length: number;
  pattern: string;
  help: string;
}
export interface TicketType {
  name: string;
  title: Title;
  fields: FormField[];
}
export interface PortalDesk {
  name: Title;
  language: string;
  zone: string;
  types: TicketType[];
  uploads: { max_bytes: number; max_files: number };
}
export interface NewTicket {
  type: string;
  subject: string;
  body: string;
  fields: Record<string, unknown>;
  customer: { name: string; phone?: string; email?: string };
  attachments: string[];
}
export interface SubmittedTicket {
  number: string;
  token: string;
  link: string;
}
export interface PortalStep {
  title: Title;
  text: string;
  reached_at?: string | null;
  current: boolean;
  done: boolean;
}
export interface SaidMessage {
  number: number;
  from: "customer" | "desk";
  author: string;
  body: string;
  at: string;
  attachments: UploadedFile[];
}
export interface PortalTicket {
  number: string;
  subject: string;
  type: Title;
  state: Title;
  category: "new" | "open" | "pending" | "resolved" | "closed";
  merged: boolean;
  state_text: string;
  created_at: string;
  expected_by?: string | null;
  steps: PortalStep[];
  messages: SaidMessage[];
  may: { add: boolean; urge: boolean; confirm: boolean; reopen: boolean; rate: boolean };
  /** Steps of the workflow that are the customer's to take, beside confirming and reopening. */
  moves?: { transition: string; title: Title; needs_message: boolean }[];
  rating?: { score: number; comment: string } | null;
  urged_at?: string | null;
}
export interface GuestQuestion {
  question: string;
  asked_by: string;
  guest: string;
  number: string;
  subject: string;
  expires_at: string;
  messages: { number: number; author: string; body: string; at: string; attachments: UploadedFile[] }[];
  attachments: UploadedFile[];
  answers: { body: string; at: string; attachments: UploadedFile[] }[];
  uploads: { max_bytes: number; max_files: number };
}

const data = <T>(answer: Promise<Answer<T>>): Promise<T> => answer.then((a) => a.data);

/** The routes of one purpose: "/portal" or "/guest". `bearer` is the link's secret; without it one is a stranger. */
export function uploadFile(purpose: "/portal" | "/guest", file: File, bearer: string | undefined, signal: AbortSignal): Promise<UploadedFile> {
  return data(send<UploadedFile>("post", `${purpose}/attachments`, { query: { name: file.name }, body: file, bearer, signal }));
}
export function downloadFile(path: string, bearer: string): Promise<Blob> {
  return data(send<Blob>("get", path, { bearer, timeout: 300_000 }));
}

export const portal = {
  desk: () => data(send<PortalDesk>("get", "/portal/desk")),
  submit: (body: NewTicket, key: string) => data(send<SubmittedTicket>("post", "/portal/tickets", { body, key })),
  ticket: (bearer: string) => data(send<PortalTicket>("get", "/portal/ticket", { bearer })),
  act: (bearer: string, what: "messages" | "urge" | "confirm" | "reopen" | "rating" | "move", body: Record<string, unknown>, key: string) =>
    data(send<PortalTicket>("post", `/portal/ticket/${what}`, { bearer, body, key })),
};
export const guest = {
  question: (bearer: string) => data(send<GuestQuestion>("get", "/guest", { bearer })),
  answer: (bearer: string, body: { body: string; attachments: number[] }, key: string) =>
    data(send<GuestQuestion>("post", "/guest/answers", { bearer, body, key })),
};
