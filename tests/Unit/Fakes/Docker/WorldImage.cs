namespace Drydock.Tests.Unit.Fakes;

/// <summary>An image: what docker shows of it, and the files that matter.</summary>
internal sealed record WorldImage
{
    public required string Id { get; init; }

    public required string Version { get; init; }

    /// <summary>The name it has in its archive or registry.</summary>
    public required string Reference { get; init; }

    /// <summary>imageVersion in its supervisor.json; null: it has no such file.</summary>
    public string? Reported { get; init; }

    /// <summary>Checksums of its layers, which do not depend on the store; another image has others.</summary>
    public IReadOnlyList<string> Layers { get => field ?? [Id]; init; }

    /// <summary>What its programs are built for.</summary>
    public string Architecture { get; init; } = "amd64";

    public IReadOnlyList<string> Env { get; init; } = ["PATH=/usr/bin", "LANG=C"];

    public HashSet<string> Files { get; init; } = new(StringComparer.Ordinal);

    public string WorkingDirectory { get; init; } = "/root";

    /// <summary>What its containers start with.</summary>
    public ContainerConfig Config => new()
    {
        Env = Env,
        Entrypoint = ["/root/docker_cmd.sh"],
        WorkingDir = WorkingDirectory,
        Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["version"] = Version },
    };

    /// <summary>A configuration as dockerd stores it for a container of this image.</summary>
    public ContainerConfig Merge(ContainerConfig own) => own with
    {
        Env = [.. Env.ExceptBy((own.Env ?? []).Select(Name), Name, StringComparer.Ordinal), .. own.Env ?? []],
        Entrypoint = own.Entrypoint is null ? Config.Entrypoint : own.Entrypoint is [""] ? null : own.Entrypoint,
        WorkingDir = own.WorkingDir ?? Config.WorkingDir,
        Labels = Config.Labels!.Concat(own.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal))
            .GroupBy(label => label.Key, StringComparer.Ordinal)
            .ToDictionary(label => label.Key, label => label.Last().Value, StringComparer.Ordinal),
    };

    private static string Name(string line) => line.Split('=', 2)[0];
}
