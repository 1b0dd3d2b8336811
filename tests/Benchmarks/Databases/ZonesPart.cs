using Drydock.Lab.Databases.TiDb;

namespace Drydock.Benchmarks;

/// <summary>
/// Measures rolling upgrades of 24 processes in three zones, several at a time, beside the sequential script of each
/// runbook.
/// </summary>
internal sealed class ZonesPart : IBenchPart
{
    // Four TiKVs in each zone.
    private const int TiDbHosts = 12;
    private const int Zones = 3;

    // Seven in each zone; with three masters 24 processes.
    private const int Tservers = 21;

    public string Name => "databases-zones";

    public string Title => "Rolling upgrades of databases in three zones";

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var stage = await DatabaseComparison.StageAsync(cancellationToken);
        var comparison = new DatabaseComparison(stage);
        await comparison.MeasureAsync(
            new("BMDB 2.16 to 2.18, 24 processes in 3 zones", 0.4) { Change = SevenTservers },
            name => comparison.BmdbAsync("bz" + name, Tservers, Zones, cancellationToken), cancellationToken);
        await comparison.MeasureAsync(
            new("TiDB 2.1 to 3.0, 24 processes in 3 zones", 0.4) { Change = FourStores },
            name => comparison.TiDbAsync(TiDb("tz" + name), cancellationToken), cancellationToken);
        return comparison.Section(string.Create(CultureInfo.InvariantCulture, $"""
            24 processes of TiDB are 3 PD, 12 TiKV and 9 TiDB on {TiDbHosts} hosts; the operator stops the 4 TiKVs of a
            zone side by side (`tidb.maxUnavailablePerZone: 4`), and 4 TiDB servers after the first
            (`tidb.maxUnavailableServers: 4`). 24 processes of BMDB are 3 masters and {Tservers} tablet servers, of
            which the operator stops the 7 of a zone side by side (`yugabyte.maxUnavailablePerZone: 7`). All hosts, the
            cluster and the operator share the processors, so what the operator asks many hosts at once takes longer
            than on hosts of their own.
            """));
    }

    // Fewer leaders on each store than with three of them: the stand-in lists 1,000 Regions at most.
    private static TiDbClusterOptions TiDb(string name) => new()
    {
        Name = name,
        Hosts = TiDbHosts,
        Pds = 3,
        Tidbs = 9,
        Zones = Zones,
        Pumps = 0,
        LeadersPerStore = 60,
    };

    private static void FourStores(JsonObject spec)
    {
        spec["tidb"]!["maxUnavailablePerZone"] = TiDbHosts / Zones;
        spec["tidb"]!["maxUnavailableServers"] = 4;
    }

    private static void SevenTservers(JsonObject spec) =>
        spec["yugabyte"]!["maxUnavailablePerZone"] = Tservers / Zones;
}
