#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line where the terminal speaks Chinese: every command and option is told in Chinese, so is what each command
says when it does its work and when it refuses, and in English no Chinese is mixed in.

    chinese_test.py DOCKET ROOT PLUGINS
"""
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

HAN = re.compile(r"[\u4e00-\u9fff]")
# A sentence of English: three words in a row that are neither options nor names in backquotes.
ENGLISH = re.compile(r"\b[A-Za-z]+ [a-z]+ [a-z]+\b")
COMMANDS = ["serve", "init", "check", "schema", "simulate", "plan", "backtest", "publish", "rollback", "user add", "user password", "status", "backup",
            "restore", "verify", "demo", "plugin list", "plugin info", "plugin test", "plugin install", "plugin remove"]


def main():
    docket, root, plugins = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    faults = []

    def run(*arguments, language="zh_CN.UTF-8", given=""):
        return subprocess.run([docket, *arguments], text=True, timeout=400, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              input=given, env={**os.environ, "LC_ALL": language})

    def said(text):
        """What is left of the lines once the log's own (JSON) and paths are gone."""
        lines = (line for line in text.splitlines() if not line.startswith("{"))
        return re.sub(r"`[^`]*`|/\S+", "", "\n".join(lines))

    def expect(what, ran, ends_well, words):
        if (ran.returncode == 0) != ends_well or words not in ran.stdout or ENGLISH.search(said(ran.stdout)):
            faults.append(f"{what}: exit {ran.returncode}, wanted '{words}' and no English:\n{ran.stdout}")

    def told(command):
        """The names that a help text lists, each with its words."""
        chinese = run(*command, "--help").stdout
        english = run(*command, "--help", language="C.UTF-8").stdout
        if HAN.search(english):
            faults.append(f"{command} --help has Chinese in its English:\n{english}")
        entries = re.findall(r"^  (\S.*?)(?:  +|\n +)(\S.*)$", chinese, re.M)
        if not entries or not HAN.search(chinese.splitlines()[0]):
            faults.append(f"{command} --help says nothing in Chinese:\n{chinese}")
        for name, words in entries:
            if not HAN.search(words) or ENGLISH.search(words):
                faults.append(f"{command} --help: {name} is not told in Chinese: {words}")
        return [name for name, _ in entries]

    listed = [name for name in told([]) if not name.startswith("-")]
    listed += [f"{group} {name}" for group in ("user", "plugin") for name in told([group]) if not name.startswith("-")]
    if sorted(set(listed) - {"user", "plugin"}) != sorted(COMMANDS):
        faults.append(f"the commands are {sorted(listed)}, this test knows {sorted(COMMANDS)}")
    for command in COMMANDS:
        told(command.split())

    expect("no command", run(), False, "请给出一个子命令")
    expect("no --data", run("status"), False, "缺少必填项 --data")
    expect("no such command", run("bogus"), False, "没有命令 `bogus`。")
    expect("nearly a command", run("bakup", "x"), False, "没有命令 `bakup`。是想用 `backup` 吗？")
    expect("nearly a command of a group", run("plugin", "lits"), False, "没有命令 `lits`。是想用 `list` 吗？")
    expect("no such option", run("serve", "--bogus"), False, "多余的参数：--bogus")
    expect("too much", run("status", "--data", "x", "more"), False, "多余的参数：more")
    expect("no number", run("serve", "--data", "x", "--port", "http"), False, "无法识别的值：--port = http")
    expect("out of range", run("serve", "--data", "x", "--reader-threads", "99"), False, "不在 1 到 64 之间")
    expect("no such word", run("check", "--format", "xml"), False, "`xml` 不是 {text,json} 之一")
    expect("no value", run("serve", "--data"), False, "--data 后面缺少值")
    expect("needs another", run("serve", "--data", "x", "--watch"), False, "--watch 须与 --config 一起使用")
    expect("no proxy", run("serve", "--data", "x", "--proxy", "a b"), False, "不是代理")

    with tempfile.TemporaryDirectory() as scratch:
        desk, config = Path(scratch) / "desk", Path(scratch) / "config"
        shutil.copytree(root / "config", config, ignore=shutil.ignore_patterns("samples"))
        data = ["--data", str(desk)]
        expect("init without definitions", run("init", *data, "--config", str(Path(scratch) / "none")), False, "docket: ")
        expect("init", run("init", *data, "--config", str(config)), True, "初始化密钥")
        expect("init again", run("init", *data, "--config", str(config)), True, "初始化密钥")
        (config / "more.yml").write_text("", encoding="utf-8")
        expect("a file of another ending", run("check", str(config)), False, "more.yml 不会被读取")
        (config / "more.yml").unlink()
        expect("status", run("status", *data), True, "当前生效：发布 #1")
        expect("short password", run("user", "add", "wang", *data, given="short\n"), False, "密码至少 12 个字符。")
        expect("user", run("user", "add", "wang", *data, given="long enough 12\n"), True, "已建立用户 wang。")
        expect("user again", run("user", "add", "wang", *data, given="long enough 12\n"), False, "")
        expect("role", run("user", "add", "li", "--role", "nobody", *data, given="long enough 12\n"), False, "")
        expect("password", run("user", "password", "wang", *data, given="long enough 13\n"), True, "现有会话都已结束")
        expect("whose password", run("user", "password", "zhao", *data, given="long enough 13\n"), False, "没有用户“zhao”。")
        expect("plugins of a closed desk", run("plugin", "list", "--plugin-dir", plugins, *data), False, "插件也就没有运行")
        expect("install what is none", run("plugin", "install", str(config), *data), False, "没有 manifest.json")
        expect("remove what is none", run("plugin", "remove", "sms", *data), False, "没有插件 sms")
        expect("info of what is none", run("plugin", "info", "nothing", "--plugin-dir", plugins), False, "没有插件 nothing")
        copy = Path(scratch) / "copy"
        expect("backup", run("backup", str(copy), *data), True, "请另行保管 tls/ 与 keys/ 的副本")
        expect("backup over it", run("backup", str(copy), *data), False, "不是空的")
        expect("restore over it", run("restore", str(copy), *data), False, "已有数据库，未作任何更改")
        expect("restore", run("restore", str(copy), "--data", str(Path(scratch) / "new")), True, "已把 ")
        expect("restore of none", run("restore", str(config), "--data", str(Path(scratch) / "newer")), False, "它不是备份")
        (copy / "docket.db").write_bytes(b"another")
        expect("restore of what was altered", run("restore", str(copy), "--data", str(Path(scratch) / "newer")), False, "备份已损坏：docket.db 被改动")
        expect("verify", run("verify", *data), True, "全部完好。")
        expect("demo", run("demo", *data, "--texts", str(root / "config/demo"), "--tickets", "3"), True, "工单 3 张")
        expect("backtest of the same", run("backtest", str(config), *data), True, "结果完全相同。")
        other = Path(scratch) / "other"
        shutil.copytree(config, other)
        dispatch = other / "dispatch.yaml"
        dispatch.write_text(dispatch.read_text(encoding="utf-8").replace("dispatch:\n", "dispatch:\n  - {name: mine, team: returns, when: {field: subject, operator: is_not, value: x}}\n", 1), encoding="utf-8")
        expect("backtest", run("backtest", str(other), *data, "--days", "90"), True, "首先派到 returns：")
        expect("backtest of nothing", run("backtest", str(config), *data, "--days", "0"), False, "不在 1 到 3660 之间")
        expect("demo again", run("demo", *data, "--texts", str(root / "config/demo")), True, "未作任何更改")
        with closing(sqlite3.connect(desk / "docket.db")) as database:
            database.execute("INSERT INTO attachment(ticket, name, media_type, size, sha256, by_kind, by_id, by_name, internal, created_at)"
                             f" VALUES(1, '发票.pdf', 'application/pdf', 9, '{'ab' * 32}', 0, 0, '', 0, 0)")
            database.commit()
            expect("verify without a file", run("verify", *data), False, "工单 1：文件“发票.pdf”损坏或丢失；请从备份放回 blobs/ab/")
            database.execute("DELETE FROM attachment WHERE size = 9")
            database.commit()
        expect("demo without texts", run("demo", *data, "--texts", scratch), False, "无法读取")
        typo = Path(scratch) / "typo"
        for command in (["serve", "--port", "0"], ["status"], ["verify"], ["backup", str(copy) + "2"], ["plan", str(config)], ["backtest", str(config)],
                        ["publish", str(config)], ["rollback"], ["demo", "--texts", str(root / "config/demo")],
                        ["plugin", "install", str(Path(plugins) / "webhooks")]):
            expect(f"{command[0]} without a desk", run(*command, "--data", str(typo)), False, "里没有服务台")
        expect("user without a desk", run("user", "add", "wang", "--data", str(typo), given="long enough 12\n"), False, "里没有服务台")
        if typo.exists():
            faults.append("a command made the directory of a mistyped --data")
        expect("a web root that is none", run("serve", *data, "--port", "0", "--web-root", scratch), False, "没有构建好的网页")
        expect("an address that is none", run("serve", *data, "--port", "0", "--address", "here"), False, "不是可监听的地址")
        server = subprocess.Popen([docket, "serve", *data, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            while '"serving"' not in server.stdout.readline():
                pass
            expect("serve twice", run("serve", *data, "--port", "0"), False, f"正被进程 {server.pid}使用")
            expect("status of a served desk", run("status", *data), True, "当前生效：发布 #1")
            expect("plugins of a served desk", run("plugin", "list", "--plugin-dir", plugins, *data), True, "没有配置任何插件。")
            expect("backtest of a served desk", run("backtest", str(other), *data, "--days", "90"), True, "首先派到 returns：")
            expect("verify of a served desk", run("verify", *data), True, "全部完好。")
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=120)
    print("\n".join(faults) or "the command line speaks Chinese where the terminal does")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
