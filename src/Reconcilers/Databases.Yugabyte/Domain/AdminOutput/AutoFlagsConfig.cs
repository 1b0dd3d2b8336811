namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// What get_auto_flags_config prints (docs/research/yugabytedb.md#admin-tool): a heading, then the configuration as
/// protobuf text.
/// </summary>
/// <param name="Version">Its version; 0 for a universe in which none was ever promoted: protobuf text leaves zeros
/// out.</param>
internal sealed record AutoFlagsConfig(int Version)
{
    private const string Heading = "AutoFlags config:";
    private const string VersionField = "config_version:";

    /// <summary>Reads it.</summary>
    /// <exception cref="AdminOutputException">The heading is missing, or the version is none.</exception>
    public static AutoFlagsConfig Parse(string output)
    {
        var lines = AdminLines.Of(output);
        var (heading, version) = (AdminLines.Has(lines, Heading), AdminLines.Number(lines, VersionField));
        var isEmpty = version is null && lines.Count == 1;
        return heading && (version is not null || isEmpty)
            ? new AutoFlagsConfig(version ?? 0)
            : throw new AdminOutputException("get_auto_flags_config", $"'{Heading}' and '{VersionField} N'", output);
    }
}
