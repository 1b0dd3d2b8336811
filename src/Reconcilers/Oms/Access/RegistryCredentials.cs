using AuthConfig = Docker.DotNet.Models.AuthConfig;

namespace Drydock.Reconcilers.Oms;

/// <summary>Finds, in a Secret of type kubernetes.io/dockerconfigjson, the credentials for the registry of one image.
/// Those of other registries go nowhere.</summary>
internal static class RegistryCredentials
{
    public const string Key = ".dockerconfigjson";

    private const string DockerHub = "docker.io";

    public static string HostOf(string image)
    {
        var first = image.Split('/') is [var host, _, ..] ? host : "";
        return first == "localhost" || first.AsSpan().ContainsAny('.', ':') ? Hub(first.ToLowerInvariant()) : DockerHub;
    }

    /// <summary>The credentials for an image; null if the Secret has none for its registry.</summary>
    /// <exception cref="FormatException">The Secret is not of that type or cannot be read. The message holds none of
    /// its values.</exception>
    public static AuthConfig? For(string image, IReadOnlyDictionary<string, byte[]> data)
    {
        if (data.GetValueOrDefault(Key) is not { Length: > 0 } bytes)
        {
            throw new FormatException($"it has no key {Key}; create it with `kubectl create secret docker-registry`");
        }

        using var json = Parse(bytes) ?? throw new FormatException($"its {Key} is not JSON");
        var host = HostOf(image);
        return json.RootElement.ValueKind == JsonValueKind.Object
            && json.RootElement.TryGetProperty("auths", out var auths) && auths.ValueKind == JsonValueKind.Object
            ? auths.EnumerateObject()
                .Select(entry => (Place: Place(entry.Name), entry.Value))
                .Where(entry => entry.Place.Host == host && Covers(entry.Place.Path, image))
                .OrderByDescending(entry => entry.Place.Path.Length)
                .Select(entry => Read(host, entry.Value))
                .FirstOrDefault()
            : throw new FormatException($"its {Key} has no object 'auths'");
    }

    // The library's messages may quote the text.
    private static JsonDocument? Parse(byte[] bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static AuthConfig Read(string host, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"its entry for {host} is not an object");
        }

        var (user, password) = Text(entry, "auth") is { Length: > 0 } auth
            ? Split(host, auth)
            : (Text(entry, "username"), Text(entry, "password"));
        if (Text(entry, "identitytoken") is { Length: > 0 } token)
        {
            return new AuthConfig { IdentityToken = token, ServerAddress = host };
        }

        return user is { Length: > 0 } && password is not null
            ? new AuthConfig { Username = user, Password = password, ServerAddress = host }
            : throw new FormatException($"its entry for {host} has neither username and password nor auth");
    }

    private static (string? User, string? Password) Split(string host, string auth)
    {
        var bytes = new byte[auth.Length];
        var text = Convert.TryFromBase64String(auth, bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : "";
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? (text[..colon], text[(colon + 1)..])
            : throw new FormatException($"auth of its entry for {host} is not USER:PASSWORD in base64");
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // Keys are hosts, hosts with a path, or URLs: https://index.docker.io/v1/.
    private static (string Host, string Path) Place(string key)
    {
        var parts = key[(key.IndexOf("://", StringComparison.Ordinal) is >= 0 and var at ? at + 3 : 0)..].Split('/', 2);
        var path = parts.ElementAtOrDefault(1)?.Trim('/') ?? "";
        return (Hub(parts[0].ToLowerInvariant()), path is "v1" or "v2" ? "" : path);
    }

    private static string Hub(string host) =>
        host is "index.docker.io" or "registry-1.docker.io" or "registry.hub.docker.com" ? DockerHub : host;

    private static bool Covers(string path, string image)
    {
        var repository = image[(image.IndexOf('/', StringComparison.Ordinal) + 1)..];
        return path.Length == 0 || repository.StartsWith(path + "/", StringComparison.Ordinal)
            || repository.Split(':', '@')[0] == path;
    }
}

/// <summary>Distinguishes a registry that refuses the operator from one that cannot be reached: dockerd reports both
/// with several statuses, and only the messages differ.</summary>
internal static class RegistryRefusal
{
    private static readonly string[] Words =
    [
        "unauthorized", "denied", "authentication required", "no basic auth credentials",
        "incorrect username or password",
    ];

    public static bool Is(DockerException exception) => exception switch
    {
        DockerApiException refused => refused.IsUnauthorized || Speaks(refused.EngineMessage),
        DockerStreamException failed => Speaks(failed.EngineMessage),
        _ => false,
    };

    public static string Describe(string image, string node, string? secret, DockerException exception)
    {
        var host = RegistryCredentials.HostOf(image);
        return secret is null
            ? $"Registry {host} does not serve {image} to {node} without credentials "
                + $"({Sentences.Open(exception.Message)}). Put them into a Secret and name it in "
                + "spec.imagePullSecretRef, or correct spec.image."
            : $"Registry {host} refuses the credentials of Secret {secret} for {image} on {node} "
                + $"({Sentences.Open(exception.Message)}). Correct the Secret, or spec.image.";
    }

    private static bool Speaks(string words) =>
        Array.Exists(Words, word => words.Contains(word, StringComparison.OrdinalIgnoreCase));
}
