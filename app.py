"""Start Attention Microscope: python app.py [--host HOST] [--port PORT] [--models-dir FOLDER] ... (--help)"""

from demo.__main__ import main

if __name__ == "__main__":
    main()
