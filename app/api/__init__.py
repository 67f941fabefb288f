"""The HTTP API: what every request passes, who may call, the contract, routes and schemas."""
