"""The browser chat. Only `layout`, `events` and `theme` import gradio; the rest turns answers into escaped HTML."""
