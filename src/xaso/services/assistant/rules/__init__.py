"""Pure rules of the assistant: choosing the passage, what to ask back, when to abstain, what a model may say."""
