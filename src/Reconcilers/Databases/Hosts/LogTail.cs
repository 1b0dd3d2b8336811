namespace Drydock.Reconcilers.Databases;

/// <summary>The last lines of a process that does not come up: the cause is usually there. Errors of its log, and the
/// end of what it wrote before it had a log (unknown flags, missing libraries): the output of a plain process, or the
/// journal of a unit.</summary>
internal static partial class LogTail
{
    private const int Lines = 3;
    private const int Longest = 300;
    private const char Section = '\u001e';

    /// <summary>" Its log says: … The journal of … says: …", redacted; empty if nothing is found or the host cannot be
    /// asked.</summary>
    /// <param name="directories">Where its logs usually are.</param>
    public static async Task<string> ReadAsync(
        IDatabaseHosts hosts, DatabaseInstance instance, InstanceProcess process, Func<string, string> redact,
        IEnumerable<string> directories, CancellationToken cancellationToken)
    {
        var control = hosts.Instance(instance.Name).Target.Control;
        var ownFile = control.Process?.LogFile;
        string[] arguments =
        [
            instance.Component.ToString().ToLowerInvariant(),
            control.Systemd is { User: true } ? "--user" : "",
            control.Systemd is null ? "" : process.Unit ?? "",
            process.Pid?.ToString(CultureInfo.InvariantCulture) ?? "",
            ownFile is null ? "" : InstanceTargets.Below(hosts.Instance(instance.Name).Target, ownFile),
            .. control.Process?.Command ?? [],
            "--",
            .. directories,
        ];
        try
        {
            var result = await hosts.Files(instance.Host).AskAsync(
                RemoteCommand.Script(HostScripts.Looking("log-tail"), arguments), cancellationToken);
            return string.Concat(result.Output.Split(Section).Select((text, index) => Said(text, index > 0, redact)));
        }
        catch (HostException)
        {
            return "";
        }
    }

    private static string Said(string text, bool hasName, Func<string, string> redact)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var shown = lines.Skip(hasName ? 1 : 0)
            .TakeLast(Lines)
            .Select(l => ForeignText.Words(redact(Clean(l)), Longest))
            .ToList();
        return shown.Count == 0 ? "" : $" {(hasName ? lines[0] : "Its log")} says: {string.Join(" / ", shown)}";
    }

    // No statement of a client, and no row.
    private static string Clean(string line) => Statement().Replace(line, "[...]");

    [GeneratedRegex(
        @"(\[""?(sql|stmt|statement|query|arguments|args|row|key|values?)""?="
        + @"|\b(insert|update|delete|select|replace)\b ).*$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex Statement();
}
