namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Reads what an admin tool prints (docs/project/research/yugabytedb.md#admin-tool). Lines are compared
/// literally, with the white space at their ends taken off.</summary>
internal static partial class AdminOutput
{
    /// <summary>The command that prints the errors of a replication group; not every version has it.</summary>
    public const string ReplicationErrorsCommand = "get_replication_status";

    public const string InboundGroups = " Universe Replication Groups found";
    public const string OutboundGroups = " Outbound Replication Groups found";

    // The protocol's word for none.
    private const string NoError = "REPLICATION_OK";

    /// <summary>What get_is_load_balancer_idle prints.</summary>
    /// <exception cref="AdminOutputException">It is neither <c>Idle = 1</c> nor <c>Idle = 0</c>.</exception>
    public static bool IsBalancerIdle(string output) => Number(Lines(output), "Idle =") switch
    {
        1 => true,
        0 => false,
        _ => throw new AdminOutputException("get_is_load_balancer_idle", "'Idle = 1' or 'Idle = 0'", output),
    };

    /// <summary>What rollback_auto_flags prints: whether there was anything to roll back.</summary>
    public static bool AreFlagsRolledBack(string output, int to)
    {
        const string Completed = "RollbackAutoFlags completed successfully";
        var lines = Lines(output);
        var (done, nothing) = (
            $"AutoFlags that were promoted after config version {to} were successfully rolled back",
            $"No AutoFlags have been promoted since version {to}");
        var completed = Has(lines, Completed);
        return completed && Has(lines, done) ? true
            : completed && Has(lines, nothing) ? false
            : throw new AdminOutputException(
                "rollback_auto_flags", $"'{Completed}' with '{done}' or '{nothing}'", output);
    }

    /// <summary>What set_universe_replication_enabled must print.</summary>
    public static bool CheckReplication(string output, bool enabled)
    {
        var expected = $"Replication {(enabled ? "enabled" : "disabled")} successfully";
        return Has(Lines(output), expected)
            ? enabled
            : throw new AdminOutputException("set_universe_replication_enabled", $"'{expected}'", output);
    }

    /// <summary>The names of replication groups: a line with their number, then their names in brackets.</summary>
    /// <exception cref="AdminOutputException">It is not that form, or the number is not that of the names.</exception>
    public static IReadOnlyList<string> Groups(string command, string heading, string output)
    {
        var lines = Lines(output);
        var first = lines.Select(
            l => (Line: l, At: l.IndexOf(heading, StringComparison.Ordinal))).FirstOrDefault(l => l.At > 0);
        var bracketed = lines.FirstOrDefault(l => l is ['[', .., ']']);
        var names = (bracketed ?? "[]")[1..^1].Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return first.Line is not null
            && int.TryParse(first.Line[..first.At], CultureInfo.InvariantCulture, out var count)
            && (bracketed is not null || count == 0)
            && names.Length == count
                ? names
                : throw new AdminOutputException(command, $"'N{heading}:' and N names in brackets", output);
    }

    /// <summary>The errors in what get_replication_status prints: protobuf text with "error: REPLICATION_MISSING_OP_ID"
    /// in the status of a table.</summary>
    public static IReadOnlyList<string> ReplicationErrors(string output) =>
    [
        .. ErrorForm().Matches(output)
            .Select(m => m.Groups["error"].Value)
            .Where(e => e != NoError)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The version of the SQL catalogue, as ysql_catalog_version prints it: "Version:1". Every migration
    /// raises it.</summary>
    public static long CatalogVersion(string command, string output) =>
        VersionForm().Match(output) is { Success: true } match
        && long.TryParse(
            match.Groups["version"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new AdminOutputException(command, "'Version:NUMBER'", output);

    internal static IReadOnlyList<string> Lines(string output) =>
        output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    internal static bool Has(IReadOnlyList<string> lines, string text) => lines.Contains(text, StringComparer.Ordinal);

    internal static int? Number(IReadOnlyList<string> lines, string before)
    {
        foreach (var line in lines.Where(l => l.StartsWith(before, StringComparison.Ordinal)))
        {
            var text = line[before.Length..].Trim().TrimEnd('.');
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }
        }

        return null;
    }

    [GeneratedRegex(
        @"\bVersion:\s*(?<version>\d{1,19})\b",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionForm();

    [GeneratedRegex(
        @"\berror:\s*(?<error>[A-Z][A-Z0-9_]*)",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ErrorForm();
}

/// <summary>The commands an admin tool lists when it is asked for help: lines with an optional number or mark, the
/// command, and its arguments. The abilities of a version and the order of the arguments of a command are read from it
/// (docs/project/research/yugabytedb.md#admin-tool).</summary>
internal sealed class AdminHelp(IReadOnlyDictionary<string, string> commands)
{
    private const string NodesSafe = "are_nodes_safe_to_take_down";

    /// <summary>Reads it. Help that lists no command means that nothing is known of the tool.</summary>
    public static AdminHelp Parse(string output)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in AdminOutput.Lines(output))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var at = words.Length > 1 && IsMark(words[0]) ? 1 : 0;
            if (words.Length > at && IsCommand(words[at]))
            {
                found.TryAdd(words[at], string.Join(' ', words[(at + 1)..]));
            }
        }

        return new AdminHelp(found);
    }

    /// <summary>Whether any command was found: otherwise nothing can be said of one that was not.</summary>
    public bool IsKnown => commands.Count > 0;

    public bool Has(string command) => commands.ContainsKey(command);

    public NodesSafeForm NodesSafeForm =>
        !commands.TryGetValue(NodesSafe, out var arguments) ? NodesSafeForm.Absent
        : arguments.Contains("master", StringComparison.OrdinalIgnoreCase) ? NodesSafeForm.TserversAndMasters
        : NodesSafeForm.Servers;

    private static bool IsMark(string word) =>
        word == "*" || (char.IsAsciiDigit(word[0]) && word.TrimEnd('.', ')').All(char.IsAsciiDigit));

    // Commands are of lower case letters, digits and underscores, with at least one underscore: other words of a help
    // text are not.
    private static bool IsCommand(string word) =>
        word.Contains('_', StringComparison.Ordinal)
            && char.IsAsciiLetterLower(word[0])
            && word.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
}

/// <summary>How are_nodes_safe_to_take_down wants its arguments, which has changed between versions
/// (docs/project/research/yugabytedb.md#admin-tool).</summary>
internal enum NodesSafeForm
{
    Absent,

    Servers,

    TserversAndMasters,
}

/// <summary>What get_auto_flags_config prints (docs/project/research/yugabytedb.md#admin-tool): a heading, then the
/// configuration as protobuf text.</summary>
/// <param name="Version">Its version; 0 for a universe in which none was ever promoted: protobuf text leaves zeros
/// out.</param>
/// <param name="Promoted">The promoted flags, as PROCESS/FLAG.</param>
internal sealed record AutoFlagsConfig(int Version, IReadOnlySet<string> Promoted)
{
    /// <summary>Tells whether the same flags are promoted: the version also rises when flags are rolled back.</summary>
    public string Digest => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Promoted.Order(StringComparer.Ordinal)))));

    private const string Heading = "AutoFlags config:";
    private const string VersionField = "config_version:";
    private const string ProcessField = "process_name:";
    private const string FlagField = "flags:";

    public static AutoFlagsConfig Parse(string output)
    {
        var lines = AdminOutput.Lines(output);
        var version = AdminOutput.Number(lines, VersionField);
        return AdminOutput.Has(lines, Heading) && (version is not null || lines.Count == 1)
            ? new AutoFlagsConfig(version ?? 0, PromotedIn(lines))
            : throw new AdminOutputException("get_auto_flags_config", $"'{Heading}' and '{VersionField} N'", output);
    }

    // The name of a process comes before its flags.
    private static HashSet<string> PromotedIn(IReadOnlyList<string> lines)
    {
        var (promoted, process) = (new HashSet<string>(StringComparer.Ordinal), "");
        foreach (var line in lines)
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

/// <summary>The output of promote_auto_flags, in the present form and in that of 2.18
/// (docs/project/research/yugabytedb.md#admin-tool).</summary>
/// <param name="Promoted">Whether there was anything to promote.</param>
/// <param name="NeedsRestart">Flags were promoted that only a restart of every process applies.</param>
internal sealed record AutoFlagsPromotion(bool Promoted, bool NeedsRestart)
{
    private const string Completed = "PromoteAutoFlags completed successfully";
    private const string OldHeading = "PromoteAutoFlags status:";
    private const string New = "New AutoFlags were promoted";
    private const string NothingNew = "No new AutoFlags eligible to promote";
    private const string OldNothingNew = "No new AutoFlags to promote";
    private const string OldNew = "New AutoFlags were promoted. Config version:";
    private const string Restart = "need to be restarted in order to apply the promoted AutoFlag";

    public static AutoFlagsPromotion Parse(string output)
    {
        var lines = AdminOutput.Lines(output);
        if (AdminOutput.Has(lines, Completed))
        {
            if (AdminOutput.Has(lines, New) && AdminOutput.Number(lines, "New config version:") is not null)
            {
                return new AutoFlagsPromotion(
                    Promoted: true, lines.Any(l => l.Contains(Restart, StringComparison.Ordinal)));
            }

            if (AdminOutput.Has(lines, NothingNew))
            {
                return new AutoFlagsPromotion(Promoted: false, NeedsRestart: false);
            }
        }

        var (isNew, isNothing) = (AdminOutput.Number(lines, OldNew) is not null, AdminOutput.Has(lines, OldNothingNew));
        return AdminOutput.Has(lines, OldHeading) && (isNew || isNothing)
            ? new AutoFlagsPromotion(isNew, NeedsRestart: false)
            : throw new AdminOutputException(
                "promote_auto_flags",
                $"'{Completed}' with '{New}' or '{NothingNew}', or '{OldHeading}' with '{OldNew} N' or "
                + $"'{OldNothingNew}'",
                output);
    }
}

/// <summary>What upgrade_ysql and upgrade_bsql print (docs/project/research/yugabytedb.md#admin-tool).</summary>
/// <param name="IsNeeded">False where SQL is off and there was nothing to upgrade.</param>
internal sealed record CatalogUpgrade(bool IsNeeded)
{
    private static readonly string[] Words = ["YSQL", "BSQL"];

    // Failures caused by concurrent statements: they disappear without action, if the statements do
    // (docs/project/research/yugabytedb.md#known-failures).
    private static readonly string[] Passing =
    [
        "Catalog Version Mismatch", "catalog version mismatch", "MISMATCHED_SCHEMA", "40001", "Restart read required",
        "could not serialize access", "Couldn't find alive tablet server", "Master config has no leader",
    ];

    public static CatalogUpgrade Parse(string command, string output)
    {
        var lines = AdminOutput.Lines(output);
        var isDone = Words.Any(w => AdminOutput.Has(lines, $"{w} successfully upgraded to the latest version"));
        return isDone || Words.Any(w => AdminOutput.Has(lines, $"Upgrade is not needed since {w} is disabled"))
            ? new CatalogUpgrade(isDone)
            : throw new AdminOutputException(
                command,
                "'YSQL successfully upgraded to the latest version' or 'Upgrade is not needed since YSQL is disabled' "
                + "(BSQL for BMDB)",
                output);
    }

    public static bool IsPassing(string printed) =>
        Passing.Any(p => printed.Contains(p, StringComparison.Ordinal));

    /// <summary>Whether what was printed by a failed upgrade says that only the tool stopped waiting. The tablet server
    /// may still upgrade the catalogue.</summary>
    public static bool IsTimeOut(string printed) =>
        printed.Contains("Timed out", StringComparison.Ordinal)
        || printed.Contains("timed out", StringComparison.Ordinal);
}

/// <summary>A row of list_all_masters (docs/project/research/yugabytedb.md#admin-tool).</summary>
/// <param name="RpcAddress">HOST:PORT.</param>
/// <param name="State">ALIVE, or the code of an error.</param>
/// <param name="Role">LEADER, FOLLOWER, UNKNOWN or another.</param>
internal sealed record ListedMaster(string RpcAddress, string State, string Role)
{
    private const string Heading = "Master UUID";

    public bool IsAlive => State == "ALIVE";
    public bool IsLeader => Role == "LEADER";

    public static IReadOnlyList<ListedMaster> Parse(string output)
    {
        var rows = AdminOutput.Lines(output)
            .SkipWhile(l => !l.StartsWith(Heading, StringComparison.Ordinal))
            .Skip(1)
            .Select(l => l.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries))
            .ToList();
        return rows.Count > 0 && rows.TrueForAll(r => r.Length >= 4)
            ? [.. rows.Select(r => new ListedMaster(r[1], r[2], r[3]))]
            : throw new AdminOutputException(
                "list_all_masters", "a table with the columns Master UUID, RPC Host/Port, State and Role", output);
    }
}

/// <summary>The admin tool printed something else than it should. The message has what it printed, cut.</summary>
internal sealed class AdminOutputException(string command, string expected, string printed)
    : Exception($"{command} printed {Quote(printed, 600)}; expected {expected}")
{
    public static string Quote(string printed, int longest)
    {
        var text = printed.Trim();
        return text.Length == 0 ? "nothing" : text.Length > longest ? $"'{text[..longest]}…'" : $"'{text}'";
    }
}
