namespace Drydock.Lab.Upgrades;

/// <summary>The operator as a process of its own, as it is shipped: started with a kubeconfig, killed, stopped, frozen.</summary>
public sealed class LabOperator : IAsyncDisposable
{
    private static int _count;
    private readonly LabProcess _process;
    private readonly HttpClient _http = new();

    private LabOperator(LabProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    /// <summary>Port of its probes and metrics on loopback.</summary>
    public int Port { get; }

    /// <summary>The process.</summary>
    public LabProcess Process => _process;

    /// <summary>What it wrote to standard output so far.</summary>
    public string Log => File.ReadAllText(_process.LogPath);

    /// <summary>Starts one; returns at once.</summary>
    /// <param name="run">The run it belongs to.</param>
    /// <param name="assembly">Path of Drydock.Operator.dll.</param>
    /// <param name="kubeconfig">What it reaches the API server with.</param>
    /// <param name="operatorNamespace">Its own namespace.</param>
    /// <param name="options">What else it is told.</param>
    public static LabOperator Start(LabRun run, string assembly, string kubeconfig, string operatorNamespace, LabOperatorOptions? options = null)
    {
        options ??= new LabOperatorOptions();
        var port = FreePort.Take();
        List<string> arguments =
        [
            assembly, "--kubeconfig", kubeconfig, "--namespace", operatorNamespace, "--http", FormattableString.Invariant($"http://127.0.0.1:{port}"), "--log-level", "Debug",
            "--scratch", run.FolderFor("scratch"),
        ];
        if (!options.LeaderElection)
        {
            arguments.AddRange(["--leader-election", "false"]);
        }

        var process = run.StartProcess(new LabProcessOptions
        {
            Name = FormattableString.Invariant($"operator-{Interlocked.Increment(ref _count)}"),
            FileName = "dotnet",
            Arguments = arguments,
            Environment = options.Path is null ? new Dictionary<string, string?>(StringComparer.Ordinal) : new(StringComparer.Ordinal) { ["PATH"] = options.Path },
        });
        return new LabOperator(process, port);
    }

    /// <summary>Waits until it says it is ready.</summary>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken = default) =>
        _process.WaitUntilReadyAsync(async token => (await GetAsync("/readyz", token)).StartsWith("Healthy", StringComparison.Ordinal), cancellationToken: cancellationToken);

    /// <summary>Asks it over HTTP; empty if it does not answer.</summary>
    public async Task<string> GetAsync(string path, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _http.GetStringAsync(new Uri(FormattableString.Invariant($"http://127.0.0.1:{Port}{path}")), cancellationToken);
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>SIGTERM, and waits for the end.</summary>
    public Task<int> StopAsync() => _process.StopAsync();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
    }
}
