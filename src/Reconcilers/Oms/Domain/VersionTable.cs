namespace Drydock.Reconcilers.Oms;

/// <summary>The table of the rm database in which docker_init.sh of newer releases looks for the version before the
/// upgrade (docs/research/oms.md#metadata-tables). Pure.</summary>
internal static class VersionTable
{
    public const string Name = "oms_version";

    /// <summary>A version as the vendor spells it there, without bugfix pack.</summary>
    public static string Spelt(OmsVersion version) =>
        version.Release.Display.Replace("-ce", "-CE", StringComparison.Ordinal);

    /// <summary>The statements by which the vendor's guide writes a version.</summary>
    public static string Write(string rmDatabase, OmsVersion version)
    {
        var table = Sql.Table(rmDatabase, Name);
        return $"CREATE TABLE IF NOT EXISTS {table} (`version` varchar(64) NOT NULL, `gmt_modified` timestamp NOT NULL "
            + "DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (`version`)) DEFAULT CHARSET = utf8mb4; REPLACE INTO "
            + $"{table}(`version`) VALUES('{Spelt(version)}');";
    }
}
