"""Django's settings. They load without a database and without any set-up; secrets come from the keys file."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF

from makegood_portal.config import databases, openid_connect
from makegood_portal.config import keys as key_file
from makegood_portal.config.home import home

PORTAL = Path(__file__).parents[1]
MAKEGOOD_HOME = home()
MAKEGOOD_KEYS = key_file.read(MAKEGOOD_HOME)
MAKEGOOD_DEMO = os.environ.get("MAKEGOOD_DEMO") == "1"
MAKEGOOD_RUNTIME_ROLE = databases.runtime(MAKEGOOD_KEYS).user

SECRET_KEY = MAKEGOOD_KEYS["django"]
DEBUG = False
ALLOWED_HOSTS = os.environ.get("MAKEGOOD_HOSTS", "127.0.0.1,localhost").split(",")
HTTPS = os.environ.get("MAKEGOOD_HTTPS") == "1"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "makegood_portal.web",
    "django.forms",
    "makegood_portal.ledger",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "makegood_portal.web.answers.Answers",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "makegood_portal.web.health.Health",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "makegood_portal.web.sessions.IdleLimit",
    "makegood_portal.web.second_factor.SecondFactor",
    "makegood_portal.web.scope.ScopeMiddleware",
    "makegood_portal.web.answers.TooLarge",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "makegood_portal.web.urls"
WSGI_APPLICATION = "makegood_portal.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PORTAL / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "makegood_portal.web.context.portal",
            ],
        },
    },
]

FORM_RENDERER = "makegood_portal.web.renderer.Renderer"

DATABASES = {"default": databases.runtime(MAKEGOOD_KEYS).django()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 5_000},  # counts that are kept: some for each prison
    }
}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""

AUTH_USER_MODEL = "ledger.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "makegood_portal.web.accounts.Accounts"
MFA_ADAPTER = "makegood_portal.web.accounts.SecondFactors"
SOCIALACCOUNT_ADAPTER = "makegood_portal.web.accounts.OtherAccounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_FORMS = {
    "login": "makegood_portal.web.account_forms.LogIn",
    "reauthenticate": "makegood_portal.web.account_forms.PasswordAgain",
    "change_password": "makegood_portal.web.account_forms.NewPassword",
}
MFA_FORMS = {
    "authenticate": "makegood_portal.web.account_forms.SecondStep",
    "reauthenticate": "makegood_portal.web.account_forms.SecondStepAgain",
    "activate_totp": "makegood_portal.web.account_forms.SetApp",
    "add_webauthn": "makegood_portal.web.account_forms.NewKey",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Makegood"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # the provider is the operator's choice; its verified address names our user
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, object] = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": openid_connect.apps()}}

ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0  # who comes through the proxy is not one address; without one nobody is believed
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # together: an office behind one address is not locked by one colleague
AXES_CLIENT_IP_CALLABLE = "makegood_portal.web.accounts.address_of"
AXES_USERNAME_CALLABLE = "makegood_portal.web.accounts.username_of"
AXES_LOCKOUT_CALLABLE = "makegood_portal.web.accounts.locked_out"
AXES_ENABLE_ADMIN = False
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "makegood_portal.web.errors.csrf_failure"
MAKEGOOD_IDLE_MINUTES = 30

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [PORTAL / "web" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"

STATIC_URL = "/static/"
STATIC_ROOT = MAKEGOOD_HOME / "static"
STATICFILES_DIRS = [folder for folder in [MAKEGOOD_HOME / "vendor"] if folder.is_dir()]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MAKEGOOD_HOME / "files"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
EMAIL_BACKEND = os.environ.get("MAKEGOOD_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
MIGRATION_MODULES = {"ledger": "makegood_portal.ledger.migrations"}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
