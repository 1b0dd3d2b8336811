namespace Drydock.Lab;

/// <summary>One request in the API server's audit log, in the terms of RBAC.</summary>
/// <param name="User">The user that sent the request.</param>
/// <param name="Verb">get, list, watch, create, update, patch, delete.</param>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Resource">Plural resource name with subresource, for instance <c>omsupgrades/status</c>.</param>
/// <param name="Namespace">Namespace; empty for the whole cluster and for cluster-scoped resources.</param>
/// <param name="Name">Name; empty for a collection.</param>
/// <param name="Code">HTTP status of the answer.</param>
public sealed record AuditedRequest(
    string User, string Verb, string Group, string Resource, string Namespace, string Name, int Code)
{
    /// <summary>Reads a log and ignores an incomplete last line.</summary>
    public static IReadOnlyList<AuditedRequest> Read(string path)
    {
        if (!File.Exists(path))
        {
            // The API server creates the file with its first line.
            return [];
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        var lines = reader.ReadToEnd().Split('\n');
        return [.. lines[..^1].Select(Parse).OfType<AuditedRequest>()];
    }

    private static AuditedRequest? Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        if (!root.TryGetProperty("objectRef", out var about))
        {
            // A request for discovery and the like has no object, and no rule of a role is needed for it.
            return null;
        }

        var (resource, subresource) = (Text(about, "resource"), Text(about, "subresource"));
        return new AuditedRequest(
            Text(root.GetProperty("user"), "username"),
            Text(root, "verb"),
            Text(about, "apiGroup"),
            subresource.Length == 0 ? resource : $"{resource}/{subresource}",
            Text(about, "namespace"),
            Text(about, "name"),
            root.TryGetProperty("responseStatus", out var status) && status.TryGetProperty("code", out var code)
                ? code.GetInt32()
                : 0);
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
