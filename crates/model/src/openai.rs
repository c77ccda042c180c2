//! Hosted models over the OpenAI chat-completions wire.
