"""Every address of Enishi, one line for each room."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.web import legal
from config import personas
from config.health import healthz
from config.mailbox import mailbox
from config.styleguide import styleguide

admin.autodiscover()
admin.site.site_header = admin.site.site_title = _("Administration of Enishi")
# The admin has no login of its own: codes, passkeys and second factors are asked for by allauth.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler404 = "config.not_found.not_found"
urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("config.api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="api_docs.html"),
        name="api-docs",
    ),
    path("terms/", legal.terms, name="terms"),
    path("privacy/", legal.privacy, name="privacy"),
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("accounts.web.about")),
    path("my-data/", include("accounts.web.my_data")),
    path("", include("accounts.web.urls")),
    path("", include("accounts.web.organizations")),
    path("", include("regions.web.emergency")),
    path("place/", include("regions.web.urls")),
    path("", include("matching.web.urls")),
]
if settings.ENISHI_DEMO or settings.DEBUG:  # for who draws the pages
    urlpatterns += [path("styleguide/", styleguide, name="styleguide")]
if settings.ENISHI_DEMO:  # one-click sign-in as sample people: only the demo settings have these addresses
    urlpatterns += [
        path("demo/", personas.page, name="demo"),
        path("demo/mail/", mailbox, name="demo-mail"),
        path("demo/sign-in/<slug:public_id>/", personas.sign_in, name="demo-sign-in"),
    ]
