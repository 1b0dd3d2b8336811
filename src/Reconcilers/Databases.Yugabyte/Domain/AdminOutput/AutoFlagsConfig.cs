namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What get_auto_flags_config prints (docs/research/yugabytedb.md#admin-tool): a heading, then the
/// configuration as protobuf text.</summary>
/// <param name="Version">Its version; 0 for a universe in which none was ever promoted: protobuf text leaves zeros
/// out.</param>
/// <param name="Promoted">The promoted flags, as PROCESS/FLAG.</param>
internal sealed record AutoFlagsConfig(int Version, IReadOnlySet<string> Promoted)
{
    private const string Heading = "AutoFlags config:";
    private const string VersionField = "config_version:";
    private const string ProcessField = "process_name:";
    private const string FlagField = "flags:";

    public static AutoFlagsConfig Parse(string output)
    {
        var lines = AdminLines.Of(output);
        var (heading, version) = (AdminLines.Has(lines, Heading), AdminLines.Number(lines, VersionField));
        var isEmpty = version is null && lines.Count == 1;
        return heading && (version is not null || isEmpty)
            ? new AutoFlagsConfig(version ?? 0, PromotedIn(lines))
            : throw new AdminOutputException("get_auto_flags_config", $"'{Heading}' and '{VersionField} N'", output);
    }

    // The name of a process comes before its flags.
    private static HashSet<string> PromotedIn(IReadOnlyList<string> lines)
    {
        var (promoted, process) = (new HashSet<string>(StringComparer.Ordinal), "");
        foreach (var line in lines.Select(l => l.Trim()))
        {
            if (line.StartsWith(ProcessField, StringComparison.Ordinal))
            {
                process = Value(line, ProcessField);
            }
            else if (line.StartsWith(FlagField, StringComparison.Ordinal))
            {
                promoted.Add($"{process}/{Value(line, FlagField)}");
            }
        }

        return promoted;
    }

    private static string Value(string line, string field) => line[field.Length..].Trim().Trim('"');
}
