// SPDX-License-Identifier: Apache-2.0
// What the desk is made of: types, workflows, teams, views, people. Read once, and again when it was published anew.
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import { useI18n } from "vue-i18n";
import { calm } from "@/shared/api/calm";
import { everything, type Schemas } from "@/shared/api/client";
import { titleOf } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import type { Place } from "@/shared/text/format";

export type TicketType = Schemas["TypeOutput"];
export type Workflow = Schemas["WorkflowOutput"];
export type View = Schemas["ViewOutput"];
export type Person = Schemas["User"];

// Shown first where the desk has them; the rest follows as the server lists it.
const usualOrder = ["mine", "unassigned", "my_team", "due_soon", "breached", "urged", "waiting_customer", "watched"];

export const useDesk = defineStore("desk", () => {
  const session = useSession();
  const { locale } = useI18n({ useScope: "global" });
  // Replaced whole and never changed in part.
  const desk = shallowRef<Schemas["DeskOutput"]>();
  const types = shallowRef<TicketType[]>([]);
  const workflows = shallowRef<Workflow[]>([]);
  const teams = shallowRef<Schemas["TeamOutput"][]>([]);
  const views = shallowRef<View[]>([]);
  const people = shallowRef<Person[]>([]);
  const failure = ref<unknown>();
  let loading: Promise<void> | undefined;

  async function read(anew: boolean): Promise<void> {
    failure.value = undefined;
    const start = await session.start(anew);
    desk.value = start.desk;
    types.value = start.types;
    workflows.value = start.workflows;
    teams.value = start.teams;
    const place = (name: string) => (usualOrder.indexOf(name) + usualOrder.length + 1) % (usualOrder.length + 1);
    views.value = start.views.map((view, index) => ({ view, index })).sort((a, b) => place(a.view.name) - place(b.view.name) || a.index - b.index).map(({ view }) => view);
    if (asked) asked = undefined;
    // Names of people are wanted in dialogs and lists of choices, not in the first rows.
    void calm().then(loadPeople);
  }
  let asked: Promise<void> | undefined;
  function loadPeople(): Promise<void> {
    if (!session.can("user_read")) return Promise.resolve();
    asked ??= everything<Person>("/users").then(
      (all) => void (people.value = all),
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

  const place = computed<Place>(() => ({ locale: locale.value, zone: desk.value?.zone ?? "" }));
  const typeByName = computed(() => new Map(types.value.map((type) => [type.name, type])));
  const workflowByName = computed(() => new Map(workflows.value.map((workflow) => [workflow.name, workflow])));
  const teamByName = computed(() => new Map(teams.value.map((team) => [team.name, team])));
  const personById = computed(() => new Map(people.value.map((person) => [person.id, person])));

  const typeTitle = (name: string) => titleOf(typeByName.value.get(name)?.title, name);
  const teamTitle = (name: string) => titleOf(teamByName.value.get(name)?.title, name);
  function stateTitle(type: string, state: string): string {
    const workflow = workflowByName.value.get(typeByName.value.get(type)?.workflow ?? "");
    return titleOf(workflow?.states.find(({ name }) => name === state)?.title, state);
  }
  function personName(id: number | undefined | null): string {
    if (!id) return "";
    if (id === session.me?.user.id) return session.me.user.name;
    const name = personById.value.get(id)?.name;
    if (!name && !people.value.length && session.can("user_read")) {
      void loadPeople();
      return "…";
    }
    return name ?? `#${id}`;
  }
  const ticketNumber = (id: number | undefined) => `${desk.value?.ticket_prefix ?? ""}${id ?? ""}`;
  const viewTitle = (name: string) => titleOf(views.value.find((view) => view.name === name)?.title, name);
  /** People of a team who may get tickets now. */
  const membersOf = (team: string) => people.value.filter(({ active, memberships }) => active && memberships.some((one) => one.team === team));

  return { desk, types, workflows, teams, views, people, failure, load, place, typeByName, workflowByName, teamByName, personById, typeTitle, teamTitle, stateTitle, personName, ticketNumber, viewTitle, membersOf };
});
