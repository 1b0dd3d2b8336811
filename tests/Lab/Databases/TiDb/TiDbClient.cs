namespace Drydock.Lab.Databases.TiDb;

/// <summary>
/// A client that reads and writes through the SQL ports of all TiDB servers. It tries a request twice and uses the next
/// server if one is gone.
/// </summary>
public sealed class TiDbClient : IAsyncDisposable
{
    internal const string Program = "standin-client-tidb";

    private readonly LabProcess _process;

    private TiDbClient(LabProcess process) => _process = process;

    internal static async Task<TiDbClient> StartAsync(
        LabRun run,
        StandinDirectory directory,
        string name,
        IEnumerable<string> servers,
        double rate,
        string? password,
        CancellationToken cancellationToken)
    {
        var package = await TiDbPackages.MakeClientAsync(cancellationToken);
        var program = Path.Combine(package.Directory, "bin", Program);
        var list = string.Join(',', servers);
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["STANDIN_CLUSTER"] = directory.Path,
            ["STANDIN_CLIENT_PASSWORD"] = password
        };
        await Shell.RunAsync(
            program, ["--servers", list, "--prepare"], environment: environment, cancellationToken: cancellationToken);
        return new TiDbClient(run.StartProcess(new LabProcessOptions
        {
            Name = name,
            FileName = program,
            Arguments = ["--name", name, "--servers", list, "--rate", rate.ToString(CultureInfo.InvariantCulture)],
            Environment = environment,
        }));
    }

    /// <summary>Ends the client. The counts of its last second are written.</summary>
    public async ValueTask DisposeAsync() => await _process.DisposeAsync();
}
