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

export function optionOf(data: ChartData, title: string): Record<string, unknown> {
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
  return {
    ...common,
    grid: { left: 8, right: 12, top: 16, bottom: data.series.length > 1 ? 34 : 8, containLabel: true },
    xAxis: { type: "category", data: data.x, axisLine: { lineStyle: { color: token("line-strong") } }, axisTick: { show: false }, axisLabel: { ...text, hideOverlap: true } },
    yAxis: { type: "value", minInterval: data.unit ? undefined : 1, splitLine: { lineStyle: { color: token("line") } }, axisLabel: { ...text, formatter: data.unit } },
    series: data.series.map(({ name, values }) => ({
      name,
      type: data.kind === "line" ? "line" : "bar",
      stack: data.kind === "stacked_bar" ? "all" : undefined,
      data: values,
      smooth: false,
      showSymbol: data.x.length < 40,
      symbolSize: 6,
      lineStyle: { width: 2 },
      barMaxWidth: 28,
      itemStyle: { borderRadius: data.kind === "bar" ? [3, 3, 0, 0] : 0 },
    })),
  };
}
