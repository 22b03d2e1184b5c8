"""The browser chat. Only `layout` and `theme` import gradio; the rest turns answers into escaped HTML."""
