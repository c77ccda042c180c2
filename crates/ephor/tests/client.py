"""Works through score-review with the protocol's Python SDK; prints what it saw as one JSON document.

Usage: client.py MODE PROGRAM ARGUMENT…, where MODE is `legacy` (a handshake) or `auto` (the newest revision).
"""

import asyncio
import json
import re
import sys

from mcp import Client, MCPError, StdioServerParameters

LINE = re.compile(r"Key: ([^.\n]+)\. Answer: ([^.\n]+)\.")


async def main(mode, program, arguments):
    seen = {}
    server = StdioServerParameters(command=program, args=arguments)
    async with Client(server, mode=mode) as client:

        async def call(name, /, **given):
            result = await client.call_tool(name, given)
            return "".join(block.text for block in result.content), bool(result.is_error)

        seen["tools"] = [tool.name for tool in (await client.list_tools()).tools]
        seen["prompts"] = [prompt.name for prompt in (await client.list_prompts()).prompts]
        prompt = await client.get_prompt("task")
        seen["task"] = prompt.messages[0].content.text
        seen["instructions"] = client.instructions
        documents, _ = await call("list_documents")
        seen["read"] = [await call("read_document", name=name) for name in documents.split("\n")]
        seen["missing"] = await call("read_document", name="nothing.md")
        seen["refused"] = await call("submit_review", marks=[1], total=1)
        try:
            await call("no_such_tool")
        except MCPError as error:
            seen["unknown"] = error.error.code
        sheet, _ = await call("read_sheet")
        marks = [int(key == answer) for key, answer in LINE.findall(sheet)]
        seen["submitted"] = await call("submit_review", marks=marks, total=sum(marks))
        seen["finished"] = await call("finish", note="Each answer was compared with its key.")
        seen["after"] = await call("read_sheet")
    print(json.dumps(seen))


asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
