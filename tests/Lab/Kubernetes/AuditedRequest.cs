using System.Text.Json;

namespace Drydock.Lab;

/// <summary>One request as the API server's audit log has it, in the words of RBAC.</summary>
/// <param name="User">Who asked.</param>
/// <param name="Verb">get, list, watch, create, update, patch, delete.</param>
/// <param name="Group">API group; empty for core.</param>
/// <param name="Resource">Plural resource name with subresource, for instance <c>omsupgrades/status</c>.</param>
/// <param name="Namespace">Namespace; empty for the whole cluster and for what has none.</param>
/// <param name="Name">Name; empty for a collection.</param>
/// <param name="Code">HTTP status of the answer.</param>
public sealed record AuditedRequest(
    string User, string Verb, string Group, string Resource, string Namespace, string Name, int Code)
{
    /// <summary>Reads a log. A last line that is not yet written whole is left out.</summary>
    public static IReadOnlyList<AuditedRequest> Read(string path)
    {
        if (!File.Exists(path))
        {
            // It is made with its first line.
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
            // Discovery and the like: no object, and no rule of a role for it.
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
            root.TryGetProperty("responseStatus", out var status) && status.TryGetProperty("code", out var code) ? code.GetInt32() : 0);
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
