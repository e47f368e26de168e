// SPDX-License-Identifier: Apache-2.0
// ECharts, only what is used, in the colours of the design system. Tooltips are drawn on the canvas: markup with inline
// styles would be refused by the content security policy.
import { BarChart, LineChart, PieChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { ChartData } from "./DChart.vue";

use([BarChart, LineChart, PieChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

export const create = (place: HTMLElement): EChartsType => init(place);

/** Round steps for an axis of seconds, so that it says "2 hours" and not "1 hour 53 minutes". */
const roundSeconds = [1, 5, 15, 30, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000, 2_592_000, 7_776_000];
export function stepOf(greatest: number): number {
  return roundSeconds.find((step) => greatest / step <= 6) ?? Math.ceil(greatest / 6 / 7_776_000) * 7_776_000;
}

export function optionOf(data: ChartData, title: string, lying = false): Record<string, unknown> {
  const styles = getComputedStyle(document.documentElement);
  const token = (name: string) => styles.getPropertyValue(`--${name}`).trim();
  const text = { color: token("text-2"), fontFamily: token("font"), fontSize: 12 };
  const colours = [1, 2, 3, 4, 5, 6].map((n) => token(`chart-${n}`));
  const common = {
    color: colours,
    textStyle: text,
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 250,
    aria: { enabled: true, label: { description: title } },
    tooltip: {
      trigger: data.kind === "pie" ? "item" : "axis",
      renderMode: "richText",
      confine: true,
      backgroundColor: token("surface"),
      borderColor: token("line-strong"),
      textStyle: { ...text, color: token("text") },
      valueFormatter: data.unit ? (value: unknown) => (typeof value === "number" ? data.unit?.(value) : "–") : undefined,
    },
    legend: { show: data.series.length > 1 || data.kind === "pie", type: "scroll", bottom: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: text },
  };
  if (data.kind === "pie") {
    const values = data.series[0]?.values ?? [];
    return { ...common, series: [{ type: "pie", radius: ["48%", "72%"], center: ["50%", "44%"], label: { ...text, formatter: "{b} {d}%" }, itemStyle: { borderColor: token("surface"), borderWidth: 2 }, data: data.x.map((name, index) => ({ name, value: values[index] ?? 0 })) }] };
  }
  const greatest = Math.max(1, ...data.series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const measured = {
    type: "value",
    name: data.counts,
    // Beside the first bar it would stand on that bar's own name.
    nameLocation: lying ? "middle" : "end",
    nameGap: lying ? 24 : undefined,
    nameTextStyle: { ...text, align: lying ? "center" : "left" },
    minInterval: data.unit ? undefined : 1,
    interval: data.seconds ? stepOf(greatest) : undefined,
    max: data.seconds ? Math.ceil(greatest / stepOf(greatest)) * stepOf(greatest) : undefined,
    splitLine: { lineStyle: { color: token("line") } },
    axisLabel: { ...text, formatter: data.unit, hideOverlap: true },
  };
  const named = { type: "category", data: data.x, inverse: lying, axisLine: { lineStyle: { color: token("line-strong") } }, axisTick: { show: false }, axisLabel: { ...text, hideOverlap: !lying, ...(lying ? { interval: 0, width: 150, overflow: "truncate" } : {}) } };
  return {
    ...common,
    grid: { left: 8, right: lying ? 24 : 12, top: data.counts ? (lying ? 26 : 32) : 16, bottom: data.series.length > 1 ? 34 : 8, containLabel: true },
    xAxis: lying ? { ...measured, position: "top" } : named,
    yAxis: lying ? named : measured,
    series: data.series.map(({ name, values, tone }) => ({
      name,
      type: data.kind === "line" ? "line" : "bar",
      stack: data.kind === "stacked_bar" ? "all" : undefined,
      data: values,
      smooth: false,
      showSymbol: data.x.length < 40,
      symbolSize: 6,
      lineStyle: { width: 2 },
      barMaxWidth: lying ? 14 : 28,
      itemStyle: { borderRadius: data.kind !== "bar" ? 0 : lying ? [0, 3, 3, 0] : [3, 3, 0, 0], ...(tone ? { color: token(tone === "bad" ? "danger" : "ok-mark") } : {}) },
    })),
  };
}
