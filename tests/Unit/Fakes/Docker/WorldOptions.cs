using System.Text.Json.Serialization;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>The options of a container, as dockerd keeps them: what the world understands of them, and the rest as it
/// was written.</summary>
internal sealed record ContainerConfig
{
    public string? Image { get; init; }

    public string? Hostname { get; init; }

    public string? User { get; init; }

    public IReadOnlyList<string>? Env { get; init; }

    public IReadOnlyList<string>? Cmd { get; init; }

    public IReadOnlyList<string>? Entrypoint { get; init; }

    public string? WorkingDir { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public bool Tty { get; init; }

    public bool OpenStdin { get; init; }

    public string? StopSignal { get; init; }

    public int? StopTimeout { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    public static ContainerConfig Of(JsonObject options) => WorldOptions.Read<ContainerConfig>(options);
}

internal sealed record HostConfig
{
    public IReadOnlyList<string>? Binds { get; init; }

    public IReadOnlyList<Mount>? Mounts { get; init; }

    public string? NetworkMode { get; init; }

    public RestartPolicy? RestartPolicy { get; init; }

    public bool Privileged { get; init; }

    public bool AutoRemove { get; init; }

    public long? PidsLimit { get; init; }

    public IReadOnlyList<Ulimit>? Ulimits { get; init; }

    public long Memory { get; init; }

    public long MemorySwap { get; init; }

    public IReadOnlyList<string>? ExtraHosts { get; init; }

    public LogConfig? LogConfig { get; init; }

    public IReadOnlyList<DeviceMapping>? Devices { get; init; }

    public IReadOnlyDictionary<string, string>? Sysctls { get; init; }

    public long ShmSize { get; init; }

    public bool ReadonlyRootfs { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    public static HostConfig Of(JsonObject options) =>
        WorldOptions.Read<HostConfig>(options["HostConfig"] as JsonObject ?? []);
}

internal sealed record Mount
{
    public string Type { get; init; } = "";

    public string Source { get; init; } = "";

    public string Target { get; init; } = "";

    public bool ReadOnly { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}

internal sealed record RestartPolicy
{
    public string Name { get; init; } = "";

    public int MaximumRetryCount { get; init; }
}

internal sealed record Ulimit
{
    public string Name { get; init; } = "";

    public long Soft { get; init; }

    public long Hard { get; init; }
}

internal sealed record LogConfig
{
    public string Type { get; init; } = "";

    public IReadOnlyDictionary<string, string>? Config { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}

internal sealed record DeviceMapping
{
    public string PathOnHost { get; init; } = "";

    public string PathInContainer { get; init; } = "";

    public string CgroupPermissions { get; init; } = "";
}

internal static class WorldOptions
{
    private static readonly JsonSerializerOptions Nulls =
        new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static JsonObject Write<T>(T value) => JsonSerializer.SerializeToNode(value, Nulls)!.AsObject();

    public static T Read<T>(JsonObject json) => json.Deserialize<T>()!;

    /// <summary>The body of a creation.</summary>
    public static JsonObject Body(ContainerConfig config, HostConfig host)
    {
        var body = Write(config);
        body["HostConfig"] = Write(host);
        return body;
    }
}
