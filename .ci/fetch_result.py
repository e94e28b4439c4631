"""Ask a running app for a class and for attention, as another program would."""

import sys

import numpy as np
from gradio_client import Client, handle_file

client = Client(sys.argv[1], verbose=False, analytics_enabled=False)
photo = handle_file("assets/images/cc0_pizza.jpg")
answer = client.predict(photo, api_name="/classify")
best = answer["classes"][0]
attention = np.load(client.predict(photo, 3, api_name="/attention"))
sys.stdout.write(f"/classify: {best['name']} {best['probability']:.1%}; /attention: {attention.shape}\n")
assert best["name"] == "pizza"
assert attention.shape == (6, 257, 257)
assert np.allclose(attention.sum(axis=-1), 1, atol=1e-5)
