namespace Drydock.Lab.Upgrades;

/// <summary>The shipped operator as a separate process: started with a kubeconfig, killed, stopped, frozen.</summary>
public sealed class LabOperator : IAsyncDisposable
{
    private static int _count;
    private readonly LabProcess _process;
    private readonly HttpClient _http = new();

    private readonly string _address;

    private LabOperator(LabProcess process, string address)
    {
        _process = process;
        _address = address;
    }

    public LabProcess Process => _process;

    /// <summary>Host and port of its probes and metrics.</summary>
    public string Address => _address;

    /// <summary>Its standard output so far.</summary>
    public string Log => File.ReadAllText(_process.LogPath);

    /// <summary>Starts an operator and returns at once.</summary>
    /// <param name="assembly">Path of Drydock.Operator.dll.</param>
    /// <param name="kubeconfig">Its access to the API server.</param>
    /// <param name="operatorNamespace">Its own namespace.</param>
    /// <param name="options">Its other settings.</param>
    public static LabOperator Start(
        LabRun run, string assembly, string kubeconfig, string operatorNamespace, LabOperatorOptions? options = null)
    {
        options ??= new LabOperatorOptions();
        var address = FormattableString.Invariant($"{options.Network?.Address ?? "127.0.0.1"}:{FreePort.Take()}");
        List<string> arguments =
        [
            options.Assembly ?? assembly, "--kubeconfig", kubeconfig, "--namespace", operatorNamespace, "--http",
            $"http://{address}", "--log-level", options.LogLevel,
            "--scratch", run.FolderFor("scratch"), "--storage-shared",
            .. (options.StorageRoots ?? [run.FolderFor("snapshots"), Recipes.CacheFolder]).SelectMany(
                root => new[] { "--storage-root", root }),
        ];
        arguments.AddRange(options.WatchNamespaces.Select(space => $"--watch-namespace={space}"));
        if (!options.LeaderElection)
        {
            arguments.AddRange(["--leader-election", "false"]);
        }
        else
        {
            arguments.AddRange(
            [
                "--lease-duration", FormattableString.Invariant($"{options.LeaseSeconds}s"),
                "--renew-deadline", FormattableString.Invariant($"{options.LeaseSeconds * 2 / 3}s"),
                "--retry-period", "2s",
            ]);
        }

        arguments.AddRange(options.Arguments);
        // A killed .NET process leaves its diagnostics socket in the temporary directory.
        var environment = new Dictionary<string, string?>(options.Environment, StringComparer.Ordinal);
        environment.TryAdd("TMPDIR", run.FastFolderFor("tmp"));
        if (options.Path is not null)
        {
            environment["PATH"] = options.Path;
        }

        var process = run.StartProcess(new LabProcessOptions
        {
            Name = FormattableString.Invariant($"operator-{Interlocked.Increment(ref _count)}"),
            FileName = "dotnet",
            Arguments = arguments,
            Namespace = options.Network,
            Environment = environment,
        });
        return new LabOperator(process, address);
    }

    /// <summary>Waits until the operator reports that it is ready.</summary>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken = default) =>
        _process.WaitUntilReadyAsync(
            async token => (await GetAsync("/readyz", token)).StartsWith("Healthy", StringComparison.Ordinal),
            cancellationToken: cancellationToken);

    /// <summary>
    /// Sends an HTTP request and returns status code and body; empty if the operator does not answer.
    /// </summary>
    public async Task<string> GetAnyAsync(string path, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri($"http://{_address}{path}"), cancellationToken);
            return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}";
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

    /// <summary>Sends an HTTP request and returns the body; empty if the operator does not answer.</summary>
    public async Task<string> GetAsync(string path, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _http.GetStringAsync(new Uri($"http://{_address}{path}"), cancellationToken);
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

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
