// SPDX-License-Identifier: Apache-2.0
// What the desk is made of: types, workflows, teams, views, people. Read once, and again where it may be another by now:
// no signal tells a page that the desk was published anew, but what it meets then does.
import { defineStore } from "pinia";
import { computed, ref, type ShallowRef, shallowRef } from "vue";
import { useI18n } from "vue-i18n";
import { calm } from "@/shared/api/calm";
import { ApiError, everything, type Schemas } from "@/shared/api/client";
import { same } from "@/shared/api/rebase";
import { titleOf } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import type { Place } from "@/shared/text/format";

export type TicketType = Schemas["TypeOutput"];
export type Workflow = Schemas["WorkflowOutput"];
export type View = Schemas["ViewOutput"];
export type Person = Schemas["User"];

// Shown first where the desk has them; the rest follows as the server lists it.
const usualOrder = ["mine", "unassigned", "my_team", "due_soon", "breached", "urged", "waiting_customer", "watched"];

const minute = 60_000;

export const useDesk = defineStore("desk", () => {
  const session = useSession();
  const { locale, t, te } = useI18n({ useScope: "global" });
  // Replaced whole and never changed in part.
  const desk = shallowRef<Schemas["DeskOutput"]>();
  const types = shallowRef<TicketType[]>([]);
  const workflows = shallowRef<Workflow[]>([]);
  const teams = shallowRef<Schemas["TeamOutput"][]>([]);
  const views = shallowRef<View[]>([]);
  const people = shallowRef<Person[]>([]);
  const failure = ref<unknown>();
  let loading: Promise<void> | undefined;
  let readAt = 0;

  /** What is read again and did not change stays the object that it was, so that nothing is drawn again. */
  function put<T>(held: ShallowRef<T>, next: T, again: boolean): void {
    if (!again || !same(held.value, next)) held.value = next;
  }
  async function read(anew: boolean): Promise<void> {
    failure.value = undefined;
    readAt = Date.now();
    const start = await session.start(anew);
    put(desk, start.desk, anew);
    put(types, start.types, anew);
    put(workflows, start.workflows, anew);
    put(teams, start.teams, anew);
    const place = (name: string) => (usualOrder.indexOf(name) + usualOrder.length + 1) % (usualOrder.length + 1);
    put(views, start.views.map((view, index) => ({ view, index })).sort((a, b) => place(a.view.name) - place(b.view.name) || a.index - b.index).map(({ view }) => view), anew);
    if (asked) asked = undefined;
    // Names of people are wanted in dialogs and lists of choices, not in the first rows.
    void calm().then(() => loadPeople());
  }
  let asked: Promise<void> | undefined;
  /** Once; again with `anew`, for who is there now. */
  function loadPeople(anew = false): Promise<void> {
    if (!session.can("user_read")) return Promise.resolve();
    if (anew) asked = undefined;
    asked ??= everything<Person>("/users").then(
      (all) => put(people, all, true),
      () => void (asked = undefined),
    );
    return asked;
  }
  /** Once; again with `anew`. */
  function load(anew = false): Promise<void> {
    if (!loading || anew) {
      loading = read(anew).catch((error: unknown) => {
        failure.value = error;
        loading = undefined;
        throw error;
      });
    }
    return loading;
  }

  // ---- what an open page has not heard of ----
  let renewing: Promise<void> | undefined;
  const sought = new Set<string>();
  let soon: ReturnType<typeof setTimeout> | undefined;
  /** Reads all of it again if that is longer ago than `age`; where the server is away, what was read stays. */
  function renew(age = 0): Promise<void> {
    if (!desk.value || Date.now() - readAt < age) return Promise.resolve();
    renewing ??= load(true)
      .catch(() => sought.clear())
      .finally(() => (renewing = undefined));
    return renewing;
  }
  /** A name was met that is nothing here: looked for once, and not more often than once a minute. What was taken out of the
      definitions stands in old tickets for good. */
  function seek(name: string): void {
    if (!desk.value || sought.has(name)) return;
    sought.add(name);
    soon ??= setTimeout(() => {
      soon = undefined;
      void renew();
    }, Math.max(0, readAt + minute - Date.now()));
  }
  /** Fields that a form is asked for and does not have. */
  function seekFields(type: string, names: readonly string[]): void {
    const form = typeByName.value.get(type);
    for (const name of form ? names : []) if (form?.fields.every((field) => field.name !== name)) seek(`${type}/fields/${name}`);
  }
  /** A refusal that names a field which the form does not show is about a newer form. */
  function sawRefusal(error: unknown, type: string): void {
    if (!(error instanceof ApiError) || error.status !== 422) return;
    const names = error.fields.flatMap(({ pointer }) => /^\/fields\/([^/]+)/.exec(pointer)?.[1] ?? []);
    if (names.some((name) => typeByName.value.get(type)?.fields.every((field) => field.name !== name))) void renew();
  }

  const place = computed<Place>(() => ({ locale: locale.value, zone: desk.value?.zone ?? "" }));
  const typeByName = computed(() => new Map(types.value.map((type) => [type.name, type])));
  const workflowByName = computed(() => new Map(workflows.value.map((workflow) => [workflow.name, workflow])));
  const teamByName = computed(() => new Map(teams.value.map((team) => [team.name, team])));
  const personById = computed(() => new Map(people.value.map((person) => [person.id, person])));

  function titled(what: string, found: { title: Parameters<typeof titleOf>[0] } | undefined, name: string): string {
    if (!found && name) seek(`${what}/${name}`);
    return titleOf(found?.title, name);
  }
  const typeTitle = (name: string) => titled("types", typeByName.value.get(name), name);
  const teamTitle = (name: string) => titled("teams", teamByName.value.get(name), name);
  function stateTitle(type: string, state: string): string {
    const workflow = workflowByName.value.get(typeByName.value.get(type)?.workflow ?? "");
    return titled(`${type}/states`, workflow?.states.find(({ name }) => name === state), state);
  }
  function personName(id: number | undefined | null): string {
    if (!id) return "";
    if (id === session.me?.user.id) return session.me.user.name;
    const name = personById.value.get(id)?.name;
    if (!name && !people.value.length && session.can("user_read")) {
      void loadPeople();
      return "…";
    }
    if (!name && people.value.length) seek(`people/${id}`);
    return name ?? `#${id}`;
  }
  /** How tickets come, for choices: the house's channels in the words of these pages, and what plugins bring by its title. */
  const channels = computed(() => (desk.value?.channels ?? []).map(({ name, title }) => ({ value: name, label: te(`channel.${name}`) ? t(`channel.${name}`) : titleOf(title, name) })));
  const channelTitle = (name: string) => channels.value.find(({ value }) => value === name)?.label ?? name;
  const ticketNumber = (id: number | undefined) => `${desk.value?.ticket_prefix ?? ""}${id ?? ""}`;
  const viewTitle = (name: string) => titleOf(views.value.find((view) => view.name === name)?.title, name);
  /** People of a team who may get tickets now. */
  const membersOf = (team: string) => people.value.filter(({ active, memberships }) => active && memberships.some((one) => one.team === team));

  return { desk, types, workflows, teams, views, people, failure, load, loadPeople, renew, seekFields, sawRefusal, place, typeByName, workflowByName, teamByName, personById, typeTitle, teamTitle, stateTitle, personName, channels, channelTitle, ticketNumber, viewTitle, membersOf };
});
