// SPDX-License-Identifier: Apache-2.0
/** Whether somebody came with the sample tickets of the first run, by their name. They stay when those are put away, for
 *  nothing of a desk's history is erased. */
export const isSample = (name: string | undefined) => /^(示例客户·|Sample customer, )/.test(name ?? "");
