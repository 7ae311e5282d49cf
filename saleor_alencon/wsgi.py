"""WSGI entry point: ``gunicorn saleor_alencon.wsgi``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saleor_alencon_settings.office")
application = get_wsgi_application()
