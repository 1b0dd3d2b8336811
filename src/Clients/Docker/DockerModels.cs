using Docker.DotNet.Models;

namespace Drydock.Clients.Docker;

/// <summary>What the package's models of answers lack.</summary>
public static class DockerModels
{
    // Go's os.FileMode: permissions in the low nine bits, kind in the high ones.
    private const uint ModeSymbolicLink = 1u << 27;
    private const uint ModeNotRegular =
        (1u << 31) | ModeSymbolicLink | (1u << 26) | (1u << 25) | (1u << 24) | (1u << 21) | (1u << 19);

    extension(ContainerListResponse container)
    {
        public string? Label(string name) => container.Labels.TryGetValue(name, out var value) ? value : null;
    }

    extension(ContainerPathStatResponse stat)
    {
        public bool IsSymbolicLink => (stat.Mode & ModeSymbolicLink) != 0;

        public bool IsRegularFile => (stat.Mode & ModeNotRegular) == 0;
    }

    extension(SystemInfoResponse info)
    {
        /// <summary>The host's clock; null: not told.</summary>
        public DateTimeOffset? Clock => Time(info.SystemTime);
    }

    extension(VersionResponse version)
    {
        public bool IsPodman => version.Components?.Any(
            component => component.Name?.StartsWith("Podman", StringComparison.OrdinalIgnoreCase) == true) == true;
    }

    /// <summary>A time as Go prints it; its zero time and an empty text mean "never" and become null.</summary>
    /// <exception cref="FormatException">It is no time.</exception>
    public static DateTimeOffset? Time(string? text)
    {
        var time = string.IsNullOrEmpty(text)
            ? default
            : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return time.Year <= 1 ? null : time;
    }

    /// <summary>Replaces what the engine sent as null; false if what must be there is missing: the package would read
    /// an answer of somebody else as a container that does not run.</summary>
    internal static bool Completed(this ContainerListResponse container)
    {
        container.Names ??= [];
        container.Mounts ??= [];
        container.Image ??= "";
        container.ImageID ??= "";
        container.State ??= "";
        container.Labels ??= new Dictionary<string, string>(StringComparer.Ordinal);
        Complete(container.Mounts);
        return container.ID is { Length: > 0 };
    }

    internal static bool Completed(this ImageInspectResponse image)
    {
        image.RepoTags ??= [];
        image.RepoDigests ??= [];
        image.Architecture ??= "";
        return image.ID is { Length: > 0 };
    }

    internal static void Complete(IEnumerable<MountPoint> mounts)
    {
        foreach (var mount in mounts)
        {
            (mount.Type, mount.Name) = (mount.Type ?? "", mount.Name ?? "");
            (mount.Source, mount.Destination) = (mount.Source ?? "", mount.Destination ?? "");
        }
    }
}

/// <summary>What the operator reads of a container; nothing in it is null. Its name has no slash, its image is an id,
/// and its mounts are as the engine resolved them.</summary>
public sealed record InspectedContainer(
    string ID,
    string ShortName,
    string Image,
    State State,
    ContainerConfig Config,
    HostConfig HostConfig,
    IList<MountPoint> Mounts)
{
    /// <summary>The last start by the host's clock; null: never.</summary>
    public DateTimeOffset? StartedAt => DockerModels.Time(State.StartedAt);

    /// <summary>The last end by the host's clock; null: never.</summary>
    public DateTimeOffset? FinishedAt => DockerModels.Time(State.FinishedAt);

    public string? Label(string name) => Config.Labels.TryGetValue(name, out var value) ? value : null;

    /// <summary>Null if what must be there is missing: the package would read an answer of somebody else as a container
    /// that does not run.</summary>
    internal static InspectedContainer? Of(ContainerInspectResponse? answer)
    {
        if (answer is not { ID.Length: > 0, State: { } state })
        {
            return null;
        }

        var (config, host) = (answer.Config ?? new ContainerConfig(), answer.HostConfig ?? new HostConfig());
        config.Env ??= [];
        config.Labels ??= new Dictionary<string, string>(StringComparer.Ordinal);
        host.RestartPolicy ??= new RestartPolicy();
        host.Devices ??= [];
        DockerModels.Complete(answer.Mounts ??= []);
        return new InspectedContainer(
            answer.ID, answer.Name?.TrimStart('/') ?? "", answer.Image ?? "", state, config, host, answer.Mounts);
    }
}

/// <summary>JSON of the engine that the package does not read or write.</summary>
public static class DockerJson
{
    private static readonly JsonSerializerOptions Written =
        new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <exception cref="JsonException">It is something else.</exception>
    public static JsonObject Object(ReadOnlySpan<byte> json) =>
        JsonNode.Parse(json) as JsonObject ?? throw new JsonException("It is not an object.");

    /// <summary>The text of a member; null if it has none.</summary>
    public static string? Text(this JsonObject? json, string name) =>
        json?[name] is JsonValue text && text.GetValueKind() == JsonValueKind.String ? text.GetValue<string>() : null;

    /// <summary>The texts of a list; none if it is missing.</summary>
    public static IEnumerable<string> Texts(this JsonObject? json, string name) =>
        json?[name] is JsonArray list
            ? list.Where(item => item?.GetValueKind() == JsonValueKind.String).Select(item => item!.GetValue<string>())
            : [];

    /// <summary>A number; 0 if it is missing.</summary>
    public static long Number(this JsonObject? json, string name) => json?[name]?.Deserialize<long>() ?? 0;

    /// <summary>The objects of a list; none if it is missing.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonObject? json, string name) =>
        (json?[name] as JsonArray ?? []).OfType<JsonObject>();

    /// <summary>A list of texts, as the engine takes it.</summary>
    public static JsonArray List(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode?)text)];

    /// <summary>A map of texts, as the engine takes it.</summary>
    public static JsonObject Map(IEnumerable<KeyValuePair<string, string>> texts) =>
        new(texts.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));

    /// <summary>The value of the header with credentials for a registry: JSON in base64 with the URL alphabet and
    /// padding.</summary>
    internal static string Encode(AuthConfig auth) =>
        Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(auth, Written)).Replace('+', '-').Replace('/', '_');
}
