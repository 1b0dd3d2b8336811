using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>
/// A mount as it is asked for. Unlike an entry of <see cref="HostConfig.Binds"/>, a bind source that does not exist is
/// an error, not created.
/// </summary>
public sealed record Mount
{
    /// <summary><c>bind</c>, <c>volume</c> or <c>tmpfs</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The path on the host, or the volume.</summary>
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary>The path in the container.</summary>
    public string Target { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it cannot be written.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Fields this client does not name, kept as they came.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}
