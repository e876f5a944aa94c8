"""What is looked at to say whether a deployment is well; nothing of it changes anything."""
