namespace Drydock.Lab.Databases.TiDb;

/// <summary>tidb.json in the cluster's directory (standin/tidb/settings.go).</summary>
internal sealed record TiDbSettingsFile
{
    public required IReadOnlyDictionary<string, string> Names { get; init; }

    public required int LeadersPerStore { get; init; }

    public required double MergeableRegions { get; init; }

    public required int BusyRegions { get; init; }

    public required int MisplacedRegions { get; init; }

    public required bool NoGateway { get; init; }

    public required bool DefaultsMove { get; init; }

    public required IReadOnlyDictionary<string, string> Users { get; init; }

    public BackendPart? Backend { get; init; }

    internal sealed record BackendPart(string Address, string User, string Password);
}
