#!/usr/bin/env bash
# Contacts from a spreadsheet into the CRM and out again, on the machine of the server and in its folder.
set -euo pipefail

cat > contacts.csv <<'END'
Last Name;First Name;E-Mail;Phone
Ruiz;Ana;ana@example.com;+49 30 1234
King;Ada;ada.example.com;
END

# What would be done. It leaves with 1, because a row would be refused.
switchboard crm import Contact contacts.csv --map "E-Mail=Email" --key Email --preview || true

# The rows that are right come in, the others go to a file.
switchboard crm import Contact contacts.csv --map "E-Mail=Email" --key Email --rejected rejected.csv || true

# Corrected, it is imported as it is.
sed 's/ada.example.com/ada@example.com/g' rejected.csv > corrected.csv
switchboard crm import Contact corrected.csv --map "E-Mail=Email" --key Email

# Again changes nothing.
switchboard crm import Contact corrected.csv --map "E-Mail=Email" --key Email

switchboard crm query "select Name, Email, Phone from Contact order by Name"
switchboard crm export Contact --columns Name,Email --where "Email like '%@example.com'" --output export.csv
cat export.csv
