"""The page at /v1/docs: a service's OpenAPI document, browsable without any asset of others."""

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ document.info.title }}</title></head>
<body>
<h1>{{ document.info.title }}</h1>
<p>The same as a document: <a href="openapi.json">openapi.json</a>. Send <code>Authorization: Bearer …</code>.</p>
{% for path, item in document.paths.items() %}{% for method, operation in item.items() if operation is mapping %}
<details><summary><code>{{ method | upper }} {{ path }}</code> {{ operation.summary or "" }}</summary>
{% if operation.description %}<p>{{ operation.description }}</p>{% endif %}
{% if operation.parameters %}<p>Parameters</p><ul>{% for parameter in operation.parameters %}
<li><code>{{ parameter.name }}</code> in {{ parameter.in }}{{ ", required" if parameter.required }}</li>
{% endfor %}</ul>{% endif %}
{% if operation.requestBody %}<p>Body</p><pre>{{ operation.requestBody | tojson(indent=2) }}</pre>{% endif %}
<p>Answers</p><ul>{% for status, answer in operation.responses.items() %}
<li><code>{{ status }}</code> {{ answer.description or "" }}</li>{% endfor %}</ul>
</details>{% endfor %}{% endfor %}
<h2>Shapes</h2>
{% for name, schema in (document.components.schemas or {}).items() %}
<details id="{{ name }}"><summary><code>{{ name }}</code></summary><pre>{{ schema | tojson(indent=2) }}</pre></details>
{% endfor %}
</body></html>
"""
