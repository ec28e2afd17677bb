"""One user of locust that does not think, with its fast client."""
from locust import task
from locust.contrib.fasthttp import FastHttpUser


class Asker(FastHttpUser):
    @task
    def ask(self):
        self.client.get("/")
