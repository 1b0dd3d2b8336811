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

    public IReadOnlyList<string> Env { get; init; } = ["PATH=/usr/bin", "LANG=C"];

    public HashSet<string> Files { get; init; } = new(StringComparer.Ordinal);
}
