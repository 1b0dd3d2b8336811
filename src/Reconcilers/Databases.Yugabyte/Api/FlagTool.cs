namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>yb-ts-cli of the new package on the tool host: changes a flag of one running process, until that process
/// ends (docs/research/yugabytedb.md#admin-tool). Never with --force: a flag that the version cannot change at runtime
/// stays.</summary>
/// <param name="host">The host it runs on.</param>
/// <param name="program">Its path on the host.</param>
/// <param name="tls">How it connects with TLS; null without TLS.</param>
/// <param name="redact">Takes secrets out of what it prints.</param>
internal sealed class FlagTool(IHostFiles host, string program, AdminToolTls? tls, Func<string, string> redact)
{
    public const string ProgramName = "yb-ts-cli";

    private const int LongestMessage = 300;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>Changes a flag of a process.</summary>
    /// <returns>Null if the process has the value now, otherwise what the tool printed.</returns>
    /// <exception cref="HostException">The tool could not be run, or its end was not seen.</exception>
    public async Task<string?> SetAsync(
        ServiceAddress server, string flag, long value, CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(new RemoteCommand(Arguments(server, flag, value)), cancellationToken);
        if (result.IsSuccess)
        {
            return null;
        }

        var printed = redact(string.Join(' ', result.Output, result.Errors));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{program} on {host.Host} ended with {result.ExitCode} for {server}: "
            + $"{ForeignText.Words(printed, LongestMessage)}");
    }

    public static string Command(string directory, AdminToolTls? tls, ServiceAddress server, string flag, long value) =>
        string.Join(' ', Arguments($"{directory}/bin/{ProgramName}", tls, server, flag, value));

    private List<string> Arguments(ServiceAddress server, string flag, long value) =>
        Arguments(program, tls, server, flag, value);

    private static List<string> Arguments(
        string program, AdminToolTls? tls, ServiceAddress server, string flag, long value)
    {
        List<string> arguments =
        [
            program,
            $"--server_address={server}",
            string.Create(CultureInfo.InvariantCulture, $"--timeout_ms={Timeout.TotalMilliseconds}"),
        ];
        if (tls is not null)
        {
            arguments.Add($"--certs_dir_name={tls.Directory}");
            if (tls.ClientNode is { } node)
            {
                arguments.Add($"--client_node_name={node}");
            }
        }

        return [.. arguments, "set_flag", flag, value.ToString(CultureInfo.InvariantCulture)];
    }
}
