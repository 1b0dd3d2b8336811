namespace Drydock.Clients.Snapshots;

/// <summary>Classifies failures by the server's error numbers as printed by the tools.</summary>
internal static partial class ServerErrorClassifier
{
    internal static SnapshotFailure Of(string text, SnapshotFailure otherwise) =>
        Full().IsMatch(text) ? SnapshotFailure.ServerFull
        : ReadOnly().IsMatch(text) ? SnapshotFailure.ReadOnlyServer
        : Lost().IsMatch(text) ? SnapshotFailure.ConnectionLost
        : otherwise;

    /// <summary>The error in what the mysql client wrote. MariaDB's client prints the statement that failed before it,
    /// with all its rows.</summary>
    internal static string WithoutStatement(string text)
    {
        var error = text.LastIndexOf("\nERROR ", StringComparison.Ordinal);
        var said = error >= 0 ? text[(error + 1)..] : text;
        return OwnWords().IsMatch(said) ? said : "it named no error";
    }

    /// <summary>An error without the values of rows: it is cut off before the first quote, except where the server is
    /// known to quote only names.</summary>
    internal static string WithoutValues(string error) =>
        !NamesOnly().IsMatch(error) && Quote().Match(error) is { Success: true } quote
            ? $"{error[..quote.Index].TrimEnd()} (what the server quotes is not shown)"
            : error;

    [GeneratedRegex(
        "^(ERROR|mysql:|mariadb:|setpriv:) ", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex OwnWords();

    // Not an apostrophe, as in "doesn't".
    [GeneratedRegex(@"(?<!\w)'", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Quote();

    // Accounts and privileges 1044, 1045, 1142, 1143, 1227, 1370; missing databases, tables and functions 1049, 1146,
    // 1305; a full table 1114; character sets, collations and engines that the server lacks 1115, 1273, 1286; options
    // that refuse a statement 1290; a generated column that got a value 1906, 3105.
    [GeneratedRegex(
        @"^(mysql:|mariadb:|setpriv:) |"
            + @"^ERROR (1044|1045|1049|1114|1115|1142|1143|1146|1227|1273|1286|1290|1305|1370|1906|3105)\b",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex NamesOnly();

    // 1021 disk full, 1114 table full; errno 28 is ENOSPC inside other errors (1030, 1005, 3).
    [GeneratedRegex(
        @"ERROR (1021|1114)\b|\bThe table '.*' is full|[Ee]rrno: 28\b|No space left on device|Disk full",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex Full();

    // 1290 and 1836 read-only server, 1792 read-only transaction.
    [GeneratedRegex(
        @"ERROR (1290|1836|1792)\b|--(super-)?read[-_]only|READ ONLY transaction",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex ReadOnly();

    // 2006, 2013 connection gone; 1053 shutdown; 1317, 1927 killed.
    [GeneratedRegex(
        @"ERROR (2006|2013|2055|1053|1317|1927)\b|server has gone away|Lost connection"
            + "|Connection was killed|Server shutdown in progress",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex Lost();
}

/// <summary>The output of a tool's <c>--version</c>.</summary>
internal sealed partial record ToolInfo(ToolVendor Flavour, string Version)
{
    /// <summary>Has <see cref="MySqlDumpTool.History"/>: mysqldump of MariaDB 10.11 and later.</summary>
    internal bool DumpsHistory => MariaDbVersion().Match(Version) is { Success: true } match
        && System.Version.Parse(match.Value) >= new Version(10, 11);

    [GeneratedRegex(@"[0-9]{1,4}\.[0-9]{1,4}(?=\.[0-9]+-MariaDB)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex MariaDbVersion();

    internal static async Task<ToolInfo> ReadAsync(string setPriv, string program, CancellationToken cancellationToken)
    {
        using var output = new MemoryStream();
        using var child = ChildProcess.Start(setPriv, program, ["--version"], redact: "");
        child.StandardInput.Close();
        await child.StandardOutput.CopyToAsync(output, cancellationToken);
        var code = await child.Exited.WaitAsync(cancellationToken);
        var version = System.Text.Encoding.UTF8.GetString(output.ToArray()).Trim();
        if (code != 0 || version.Length == 0)
        {
            throw new SnapshotException(
                SnapshotFailure.ToolMissing,
                $"'{program} --version' ended with {code}: {Sentences.Close(child.ErrorWords)} Install the MariaDB or "
                    + "MySQL client tools.");
        }

        return new ToolInfo(
            version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) ? ToolVendor.MariaDb : ToolVendor.MySql,
            version);
    }
}

/// <summary>The vendor of mysqldump or mysql; their options differ.</summary>
internal enum ToolVendor
{
    MariaDb,
    MySql,
}
