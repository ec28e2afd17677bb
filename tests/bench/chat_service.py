"""The chat service that the bundled agent is measured against: FastAPI, uvicorn, redis
and httpx, in the shape that such services commonly have. Nothing in it is slow on purpose:
one pool of connections to the model, one to Redis, the C parsers where they are installed.

usage: chat_service.py PORT REDIS_SOCKET MODEL_URL
"""

import json
import sys

import httpx
import redis.asyncio as redis
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

TURNS_KEPT = 20
HISTORY_S = 86400
CONNECTIONS = 100

port, redis_socket, model_url = int(sys.argv[1]), sys.argv[2], sys.argv[3]
app = FastAPI()
store = redis.Redis(unix_socket_path=redis_socket)
model = httpx.AsyncClient(
    base_url=model_url,
    timeout=30,
    limits=httpx.Limits(
        max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS
    ),
    headers={"x-api-key": "none", "anthropic-version": "2023-06-01"},
)


class ChatRequest(BaseModel):
    user_id: str
    message: str


class ChatResponse(BaseModel):
    response: str
    input_tokens: int
    output_tokens: int


@app.get("/health")
async def health():
    return {"status": "healthy"}


@app.post("/chat", response_model=ChatResponse)
async def chat(request: ChatRequest):
    key = f"conv:{request.user_id}"
    saved = await store.get(key)
    messages = json.loads(saved) if saved else []
    messages.append({"role": "user", "content": request.message})
    reply = await model.post(
        "/v1/messages",
        json={
            "model": "local-1",
            "max_tokens": 1024,
            "system": "You are a helpful assistant.",
            "messages": messages,
        },
    )
    reply.raise_for_status()
    answer = reply.json()
    text = "".join(b["text"] for b in answer["content"] if b["type"] == "text")
    messages.append({"role": "assistant", "content": answer["content"]})
    await store.set(key, json.dumps(messages[-2 * TURNS_KEPT :]), ex=HISTORY_S)
    return ChatResponse(
        response=text,
        input_tokens=answer["usage"]["input_tokens"],
        output_tokens=answer["usage"]["output_tokens"],
    )


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
