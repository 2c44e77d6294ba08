"""What st.App runs. It stands apart from pages/, which Streamlit would otherwise take for its
old automatic pages and run past `workbench.ui.main`."""

from workbench.ui import main

main.run()
