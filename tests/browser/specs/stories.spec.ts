// SPDX-License-Identifier: Apache-2.0
// The stories of the core loop in the console: agent, lead, quality and finance in four windows at once, each taking the
// steps that are theirs, each seeing what the others did without asking again.
import type { Page } from "@playwright/test";
import { openTicket, stateOf, step } from "../support/console.ts";
import { expect, test } from "../support/test.ts";

type Window = "lin" | "zhou" | "wu" | "qian";
interface Story {
  title: string;
  ticket: Record<string, unknown>;
  steps: [who: Window, name: string, state: string, wanted?: Record<string, string>][];
}

const stories: Story[] = [
  {
    title: "退货：申请、质检、退款、回访",
    ticket: { type: "return", subject: "电饭煲内胆掉漆", body: "用了三天", fields: { order_no: "SO-20260203-17", return_reason: "quality" } },
    steps: [
      ["lin", "同意退货", "质检", {}],
      ["wu", "质检通过", "退款", { 质检结论: "确有质量问题" }],
      ["qian", "已退款", "回访", { "退款金额（元）": "359" }],
      ["lin", "回访完成", "已完成", { 回访评分: "5" }],
    ],
  },
  {
    title: "投诉：升级给组长，客户先不同意",
    ticket: { type: "complaint", subject: "客服答非所问", body: "等了两天", team: "service", fields: { complaint_about: "service" } },
    steps: [
      ["lin", "受理", "调查"],
      ["lin", "升级给组长", "组长", { 说明: "客户要求赔偿" }],
      ["zhou", "提出方案", "待客户确认", { 处理方案: "道歉并补发优惠券", 说明: "已与客户沟通" }],
      ["lin", "客户不同意", "组长", { 说明: "金额太少" }],
      ["zhou", "提出方案", "待客户确认", { 说明: "加到一百元" }],
      ["lin", "客户同意", "已"],
    ],
  },
  {
    title: "报修：预约、到场、修好、验收",
    ticket: { type: "repair", subject: "洗碗机不排水", body: "上周开始", team: "repair" },
    steps: [
      ["lin", "预约上门", "预约", { 约定上门时间: "2027-01-05T10:00", 上门地址: "云杉路 1 号" }],
      ["lin", "已到场", "维修"],
      ["lin", "修好", "", { 说明: "更换排水泵" }],
      ["lin", "验收", "关闭"],
    ],
  },
  {
    title: "发票：核对与开票",
    ticket: { type: "invoice", subject: "补开发票", body: "公司抬头", fields: { order_no: "SO-1", invoice_title: "云帆科技" } },
    steps: [
      ["qian", "核对无误", "开票", { "金额（元）": "2900" }],
      ["qian", "已开票", "已", { 发票号码: "24112233" }],
    ],
  },
  {
    title: "接口对接：确认缺陷，随版本发布",
    ticket: { type: "api_question", subject: "签名校验失败", body: "sandbox", team: "technical" },
    steps: [
      ["lin", "开始分析", "分析"],
      ["lin", "确认缺陷", "发布", { 说明: "编码处理有误" }],
      ["lin", "已发布", "已", { 修复版本: "2.4.1" }],
    ],
  },
  {
    title: "IT 申请：组长同意后办结",
    ticket: { type: "it_request", subject: "申请测试机", body: "联调用", team: "it", fields: { request_kind: "hardware" } },
    steps: [
      ["zhou", "同意", "办理"],
      ["lin", "办结", "", { 说明: "已领用" }],
    ],
  },
  {
    title: "库存核对：请仓库点数",
    ticket: { type: "stock_check", subject: "KFR-35 还有多少", body: "门店急用", team: "service" },
    steps: [
      ["lin", "请仓库核对", "", { 货号: "KFR-35", 需要数量: "6" }],
      ["lin", "核对完成", "", { 实际库存: "4" }],
      ["lin", "完成", ""],
    ],
  },
  {
    title: "物流查询：查到并解决",
    ticket: { type: "logistics", subject: "快递三天没动", body: "运单 SF123456", team: "logistics" },
    steps: [
      ["lin", "开始处理", "处理中"],
      ["lin", "解决", "已解决", { 说明: "明天送达" }],
    ],
  },
  {
    title: "大客户投诉：组长亲自处理",
    ticket: { type: "vip_complaint", subject: "门店样机批量故障", body: "六台", team: "vip" },
    steps: [
      ["zhou", "受理", "调查"],
      ["zhou", "提出方案", "待客户确认", { 处理方案: "整批更换", 说明: "明早送到" }],
      ["zhou", "客户同意", "已"],
    ],
  },
  {
    title: "咨询：请客户补充后解决",
    ticket: { type: "consult", subject: "怎么接智能音箱", body: "型号不清楚", team: "service" },
    steps: [
      ["lin", "请客户补充", "等待客户", { 说明: "请提供型号" }],
      ["lin", "客户已回复", "处理中"],
      ["lin", "解决", "已解决", { 说明: "已发说明书" }],
    ],
  },
];

test.beforeAll(async ({ desk }) => {
  // One agent and one lead for everything, so that the stories need four windows and not fourteen.
  const { items } = await desk.admin.get("/teams");
  for (const who of ["lin", "zhou"] as const) {
    const memberships = items.map(({ name }: { name: string }) => ({ team: name, lead: who === "zhou" }));
    await desk.admin.call("PATCH", `/users/${desk.id(who)}`, { memberships }, { "if-match": "*" });
  }
});

for (const story of stories) {
  test(story.title, async ({ open, desk, faults }) => {
    // Whoever hands a ticket on to another team may lose sight of it.
    faults.expect(/status of 404/);
    const { id } = await desk.admin.post("/tickets", story.ticket);
    const windows = new Map<Window, Page>();
    let before: Page | undefined;
    for (const [who, name, state, wanted] of story.steps) {
      let page = windows.get(who);
      if (!page) {
        page = await open({ who });
        windows.set(who, page);
        await openTicket(page, id);
      } else if (before !== page) {
        // Nobody reloads: what the others did is there.
        await expect(page.locator(".ticket-head")).toContainText(name);
      }
      await step(page, name, wanted);
      if (state) await expect(stateOf(page)).toContainText(state);
      before = page;
    }
    await expect.poll(async () => (await desk.admin.get(`/tickets/${id}`)).category).toMatch(/resolved|closed/);
  });
}
