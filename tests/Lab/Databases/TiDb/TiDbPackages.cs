namespace Drydock.Lab.Databases.TiDb;

/// <summary>Packages of the TiDB stand-ins.</summary>
public static class TiDbPackages
{
    /// <summary>The programs in <c>bin</c> of the vendor's package that an upgrade needs.</summary>
    public static IReadOnlyList<string> Programs { get; } =
        ["pd-server", "tikv-server", "tidb-server", "pump", "drainer", "pd-ctl", "binlogctl"];

    /// <summary>The package of a version: <c>tidb-v3.0.9-linux-amd64</c>.</summary>
    public static Task<StandinPackage> MakeAsync(string version, CancellationToken cancellationToken = default) =>
        StandinPackage.MakeAsync(
            $"tidb-v{version}-linux-amd64", version, Programs, cancellationToken: cancellationToken);

    /// <summary>The client that reads and writes all the time. It belongs to the lab and has no version.</summary>
    internal static Task<StandinPackage> MakeClientAsync(CancellationToken cancellationToken) =>
        StandinPackage.MakeAsync(
            "standin-client-tidb", "1.0.0", [TiDbClient.Program], cancellationToken: cancellationToken);
}
