namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>What was asked of hosts, in order, and what became of them by it.</summary>
internal sealed class NotedHosts
{
    public List<string> Asked { get; } = [];

    /// <summary>Whether the package is yet to be unpacked at first.</summary>
    public required bool HasArchives { get; init; }

    /// <summary>Whether the instance that is being looked at runs.</summary>
    public bool IsRunning { get; set; } = true;

    /// <summary>What the package that was unpacked is, by host.</summary>
    public Dictionary<string, string> Markers { get; } = new(StringComparer.Ordinal);

    public HashSet<string> PostInstalled { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Extended { get; } = new(StringComparer.Ordinal);
}
