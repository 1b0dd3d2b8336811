namespace Drydock.Reconcilers.Databases;

/// <summary>The last errors in the log of a process that does not come up: the cause is usually there.</summary>
internal static partial class LogTail
{
    private const int Lines = 3;
    private const int Longest = 300;

    // Directories. The log that was written last and has such a line; PostgreSQL's has statements of clients.
    private const string Script = """
        LC_ALL=C
        export LC_ALL
        find "$@" -maxdepth 1 -type f -mmin -120 -name '*[lL][oO][gG]*' ! -name 'postgresql*' \
          -printf '%T@ %p\n' 2>/dev/null |
        sort -rn | head -n 6 | cut -d ' ' -f 2- | while read -r log; do
          tail -c 262144 -- "$log" 2>/dev/null | tr -d '\000' |
          grep -aiE '\[(fatal|error)\]|^(F|E)[0-9]{4} |panic|(FATAL|CRIT|ERRO) ' |
          tail -n 3 | cut -c 1-1000 | grep . && break
        done
        """;

    /// <summary>" Its log says: …", redacted; empty if nothing is found or the host cannot be asked.</summary>
    /// <param name="directories">Where its logs may be.</param>
    public static async Task<string> ReadAsync(
        IHostFiles host,
        Func<string, string> redact,
        IEnumerable<string> directories,
        CancellationToken cancellationToken)
    {
        try
        {
            var result = await host.RunAsync(
                RemoteCommand.Script(Script, [.. directories]), cancellationToken);
            var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .TakeLast(Lines)
                .Select(l => ForeignText.Words(redact(Clean(l)), Longest))
                .ToList();
            return lines.Count == 0 ? "" : $" Its log says: {string.Join(" / ", lines)}";
        }
        catch (HostException)
        {
            return "";
        }
    }

    // No statement of a client, no row, no control character.
    private static string Clean(string line) =>
        new([.. Statement().Replace(line, "[...]").Select(c => char.IsControl(c) ? ' ' : c)]);

    [GeneratedRegex(
        @"(\[""?(sql|stmt|statement|query|arguments|args|row|key|values?)""?="
        + @"|\b(insert|update|delete|select|replace)\b ).*$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex Statement();
}
