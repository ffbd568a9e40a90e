panel()
