// SPDX-License-Identifier: Apache-2.0
// A dozen tickets in the middle of their life, for pictures and looks: in the words of the desk's language.
import type { Desk } from "./desk.ts";
import { png } from "./files.ts";

interface Told {
  type: string;
  team: string;
  subject: [zh: string, en: string];
  body: [zh: string, en: string];
  customer: number;
  priority?: string;
  fields?: Record<string, unknown>;
}
const customers: [zh: string, en: string, level: string][] = [
  ["王芳", "Grace Wang", "gold"],
  ["李建国", "James Li", "normal"],
  ["赵雪", "Snow Zhao", "vip"],
  ["孙浩然", "Howard Sun", "silver"],
];
const told: Told[] = [
  { type: "consult", team: "service", customer: 0, subject: ["洗衣机脱水时噪音大", "Washing machine is loud while spinning"], body: ["上周买的滚筒洗衣机，脱水时整台在抖，请问怎么处理？", "Bought last week; the whole machine shakes while spinning. What can I do?"] },
  { type: "return", team: "returns", customer: 2, priority: "high", subject: ["电饭煲内胆掉漆，申请退货", "Rice cooker pot loses its coating, return"], body: ["用了三天内胆就掉漆，附照片，申请退货。", "The coating came off after three days, see the picture. I want to return it."], fields: { order_no: "SO-20261120-17", return_reason: "quality" } },
  { type: "consult", team: "service", customer: 1, subject: ["空调能不能接智能音箱", "Does the air conditioner work with a speaker"], body: ["型号 KFR-35，想用语音控制。", "Model KFR-35; I would like voice control."], fields: { product_model: "KFR-35GW" } },
  { type: "return", team: "returns", customer: 3, subject: ["收到的烤箱外壳破损", "Oven arrived damaged"], body: ["快递箱完好，里面的玻璃门碎了。", "The box was fine, but the glass door is broken."], fields: { order_no: "SO-20261121-02", return_reason: "damaged" } },
  { type: "consult", team: "service", customer: 2, priority: "urgent", subject: ["门店样机全部断电", "All display units lost power"], body: ["今天上午门店六台样机同时断电，影响营业。", "All six display units in the shop lost power this morning."] },
  { type: "return", team: "returns", customer: 1, subject: ["七天无理由退空气炸锅", "Return of an air fryer within seven days"], body: ["没拆封，想退。", "Unopened, I would like to return it."], fields: { order_no: "SO-20261118-44", return_reason: "no_reason" } },
  { type: "consult", team: "service", customer: 3, subject: ["延保怎么购买", "How to buy an extended warranty"], body: ["冰箱快过保了，可以延保吗？", "The warranty of my fridge ends soon. Can it be extended?"] },
  { type: "consult", team: "service", customer: 0, subject: ["说明书丢了，求电子版", "Lost the manual, please send a file"], body: ["净水器 Q2 的说明书。", "The manual of water purifier Q2."] },
];

/** Fills the desk; gives the tickets in the order of `told`. */
export async function fillDesk(desk: Desk, language: "zh" | "en") {
  const say = (pair: readonly string[]) => pair[language === "zh" ? 0 : 1] ?? "";
  const people: number[] = [];
  for (const [at, customer] of customers.entries()) {
    const made = await desk.admin.post("/customers", { name: say(customer), phone: `1380000123${at}`, email: `customer${at}@example.com`, level: customer[2] });
    people.push(made.id);
  }
  const picture = await desk.admin.send("POST", `/api/v1/attachments?name=${encodeURIComponent(say(["内胆照片.png", "pot.png"]))}`, { bytes: png, type: "image/png" });
  const tickets = [];
  for (const [at, one] of told.entries()) {
    tickets.push(
      await desk.admin.post("/tickets", {
        type: one.type,
        subject: say(one.subject),
        body: say(one.body),
        customer: people[one.customer],
        channel: "portal",
        team: one.team,
        ...(one.priority ? { priority: one.priority } : {}),
        ...(one.fields ? { fields: one.fields } : {}),
        ...(at === 1 ? { attachments: [JSON.parse(picture.text).id] } : {}),
      }),
    );
  }
  const lin = await desk.as("lin");
  const chen = await desk.as("chen");
  const [noisy, cooker, , oven, urgent] = tickets;
  await lin.post(`/tickets/${cooker.id}/take`);
  await lin.post(`/tickets/${cooker.id}/messages`, { kind: "reply", body: say(["您好，照片已收到。请保留好包装，我们先核对订单。", "Hello, we have the picture. Please keep the box while we check the order."]) });
  await lin.post(`/tickets/${cooker.id}/messages`, { kind: "note", body: say(["同批次上周有过两例，质检留意内胆涂层。", "Two cases in this batch last week; watch the coating."]) });
  await chen.post(`/tickets/${oven.id}/take`);
  await chen.post(`/tickets/${noisy.id}/take`);
  await chen.post(`/tickets/${noisy.id}/transitions`, { transition: "start" });
  await desk.admin.post(`/tickets/${urgent.id}/urge`, { message: say(["客户再次来电", "The customer called again"]) });
  await lin.post(`/tickets/${urgent.id}/take`);
  await lin.post(`/tickets/${tickets[5].id}/take`);
  await lin.post(`/tickets/${tickets[7].id}/take`);
  await lin.post(`/tickets/${tickets[7].id}/transitions`, { transition: "resolve", message: say(["已发到您的邮箱", "Sent to your e-mail"]), reply: true });
  return tickets;
}
