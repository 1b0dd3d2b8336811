namespace Drydock.Lab.Monitoring;

/// <summary>A real Prometheus that scrapes one operator every second.</summary>
public sealed class LabPrometheus : IAsyncDisposable
{
    private readonly LabProcess _process;
    private readonly HttpClient _http;

    private LabPrometheus(LabProcess process, int port)
    {
        _process = process;
        _http = new HttpClient { BaseAddress = new Uri(FormattableString.Invariant($"http://127.0.0.1:{port}/")) };
    }

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartedAt { get; } = TimeProvider.System.GetUtcNow();

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="run">The run of the lab.</param>
    /// <param name="target">Host and port of the operator.</param>
    /// <param name="rules">The file of alert rules.</param>
    public static async Task<LabPrometheus> StartAsync(
        LabRun run, string target, string rules, CancellationToken cancellationToken = default)
    {
        var folder = run.FolderFor("prometheus");
        var configuration = Path.Combine(folder, "prometheus.yml");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: ["{{rules}}"]
            scrape_configs:
            - job_name: drydock
              honor_labels: true
              static_configs: [{targets: ["{{target}}"]}]
            """,
            cancellationToken);
        var port = FreePort.Take();
        var prometheus = new LabPrometheus(
            run.StartProcess(new LabProcessOptions
            {
                Name = "prometheus",
                FileName = "prometheus",
                Arguments =
                [
                    $"--config.file={configuration}", $"--storage.tsdb.path={run.FastFolderFor("prometheus")}",
                    "--log.level=warn",
                    FormattableString.Invariant($"--web.listen-address=127.0.0.1:{port}"),
                ],
            }),
            port);
        await prometheus._process.WaitUntilReadyAsync(
            async token =>
                (await prometheus._http.GetAsync(new Uri("-/ready", UriKind.Relative), token)).IsSuccessStatusCode,
            cancellationToken: cancellationToken);
        return prometheus;
    }

    /// <summary>The result of a query now: one entry for each series.</summary>
    public async Task<JsonArray> QueryAsync(string query, CancellationToken cancellationToken = default) =>
        (await GetAsync($"api/v1/query?query={Uri.EscapeDataString(query)}", cancellationToken))["result"]!.AsArray();

    /// <summary>The result of a query each second since the start.</summary>
    public async Task<JsonArray> HistoryAsync(string query, CancellationToken cancellationToken = default)
    {
        var (from, to) = (StartedAt.ToUnixTimeSeconds(), TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        return (await GetAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"api/v1/query_range?query={Uri.EscapeDataString(query)}&start={from}&end={to}&step=1"),
            cancellationToken))["result"]!.AsArray();
    }

    /// <summary>The alert rules that it has loaded.</summary>
    public async Task<IReadOnlyList<(string Name, string Query)>> RulesAsync(
        CancellationToken cancellationToken = default) =>
    [
        .. (await GetAsync("api/v1/rules", cancellationToken))["groups"]!.AsArray()
            .SelectMany(group => group!["rules"]!.AsArray())
            .Select(rule => (rule!["name"]!.GetValue<string>(), rule["query"]!.GetValue<string>())),
    ];

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
    }

    private async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)!["data"]!
            : throw new LabException($"Prometheus answered {(int)answer.StatusCode} to {path}: {text}");
    }
}
