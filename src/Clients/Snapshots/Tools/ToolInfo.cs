namespace Drydock.Clients.Snapshots;

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
        await child.StandardOutput.CopyToAsync(output, cancellationToken).ConfigureAwait(false);
        var code = await child.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
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
