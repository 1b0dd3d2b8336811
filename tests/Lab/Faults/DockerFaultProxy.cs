namespace Drydock.Lab;

/// <summary>
/// A fault proxy in front of a <see cref="DockerHost"/>. It uses mutual TLS on both sides with certificates of the
/// run's authority, so clients use it with the host's client credentials.
/// </summary>
public sealed class DockerFaultProxy : HttpFaultProxy
{
    // By the id of the exec. Never removed: a run has some hundreds.
    private readonly ConcurrentDictionary<string, string> _commands = new(StringComparer.Ordinal);

    public DockerFaultProxy(LabRun run, DockerHost host, FaultLedger? ledger = null)
        : base(run, "docker-" + host.Name, ledger, host.Address, DockerHost.Port, host.Client)
    {
    }

    /// <summary>The value of DOCKER_HOST.</summary>
    public string Endpoint => FormattableString.Invariant($"tcp://{Address}:{Port}");

    /// <summary>
    /// A short name of a command: the program with its first two arguments; for a script of <c>sh -c</c> the name that
    /// it was given, for the wrapper of a run-once command with the program that it runs.
    /// </summary>
    internal static string NameOf(IReadOnlyList<string> command) => command switch
    {
        [_, "-c", _, "drydock", _, _, ['/', ..] program, ..] => $"drydock {Last(program)}",
        [_, "-c", _, var name, ..] => name,
        [var shell, "-c", ..] => Last(shell),
        _ => string.Join(' ', command.Take(3).Select(Last)),
    };

    // wait, attach, resize and the sessions of the build client change nothing on the host.
    private protected override bool DefaultIsAct(string method, string path) =>
        method is not ("GET" or "HEAD" or "OPTIONS")
        && !path.EndsWith("/wait", StringComparison.Ordinal)
        && !path.EndsWith("/attach", StringComparison.Ordinal)
        && !path.EndsWith("/resize", StringComparison.Ordinal)
        && !path.EndsWith("/session", StringComparison.Ordinal)
        && !path.EndsWith("/grpc", StringComparison.Ordinal);

    // With the command, by which it is found whatever other commands a step runs.
    private protected override string TargetOf(HttpExchange exchange)
    {
        var path = exchange.Request.Path;
        return path.Split('/') is [.., "exec", var id, "start"] && _commands.TryGetValue(id, out var command)
            ? $"{path} {command}"
            : path;
    }

    private protected override Action<byte[]>? KeepAct(HttpExchange exchange)
    {
        if (!exchange.Request.Path.EndsWith("/exec", StringComparison.Ordinal) || exchange.HeldBody.IsEmpty)
        {
            return null;
        }

        var command = JsonNode.Parse(exchange.HeldBody.Span)?["Cmd"]?.AsArray()
            .Select(part => part!.GetValue<string>()).ToList() ?? [];
        return answer =>
        {
            if (exchange.Response.Status == 201)
            {
                _commands[JsonNode.Parse(answer)!["Id"]!.GetValue<string>()] = NameOf(command);
            }
        };
    }

    private static string Last(string path) => path[(path.LastIndexOf('/') + 1)..];
}
