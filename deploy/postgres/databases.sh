#!/bin/sh
# PostgreSQL's first start: a database and a role for each service, which no other service's role may enter.
# The secrets are those of the services' addresses, VEZ_<SERVICE>_DATABASE_PASSWORD.
set -eu
for service in ticket workflow attachments notify identity; do
  variable="VEZ_$(echo "$service" | tr '[:lower:]' '[:upper:]')_DATABASE_PASSWORD"
  psql --quiet --no-psqlrc --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set ON_ERROR_STOP=1 --set name="vez_$service" --set secret="$(printenv "$variable")" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'secret';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
