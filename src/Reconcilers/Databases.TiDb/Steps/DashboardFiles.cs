namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Reads the files with dashboards on the host of Grafana.</summary>
internal static class DashboardFiles
{
    private const int Missing = 3;

    // Files, and of directories what ends in .json: a letter and a path a line.
    private const string List = """
        for from in "$@"; do
          if [ -d "$from" ]; then
            for file in "$from"/*.json; do [ ! -f "$file" ] || printf 'd %s\n' "$file"; done
          elif [ -f "$from" ]; then
            printf 'f %s\n' "$from"
          else
            echo "$from does not exist" >&2
            exit 3
          fi
        done
        """;

    /// <summary>The dashboards, by file. In a directory, files that are no dashboards are left out.</summary>
    /// <param name="dataSource">The data source that they get; null leaves them.</param>
    /// <param name="titlePrefix">The beginning of titles; null leaves them.</param>
    /// <exception cref="HostException">A file or directory is missing (PackageMissing), or is no dashboard or has none
    /// (PackageCorrupt).</exception>
    public static async Task<IReadOnlyList<DashboardModel>> ReadAsync(
        IHostFiles host,
        IReadOnlyList<string> from,
        string? dataSource,
        string? titlePrefix,
        CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(RemoteCommand.Script(List, from), cancellationToken);
        if (!result.IsSuccess)
        {
            throw new HostException(
                host.Host,
                result.ExitCode == Missing ? Reasons.PackageMissing : Reasons.StepFailed,
                $"{host.Host}: the dashboards cannot be listed: {ForeignText.Words(result.Errors)}. Copy them there, "
                + "or correct spec.tidb.dashboards.from.");
        }

        var found = new List<DashboardModel>();
        foreach (var line in result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var (isListed, path) = (line[0] == 'f', line[2..]);
            var text = await host.ReadAsync(path, cancellationToken) ?? "";
            if (DashboardModel.Of(text, dataSource, titlePrefix) is { } dashboard)
            {
                found.Add(dashboard);
            }
            else if (isListed)
            {
                throw NoDashboard(host, $"{path} is no dashboard (JSON with title, and with panels or rows)");
            }
        }

        return found.Count > 0
            ? found
            : throw NoDashboard(host, $"{string.Join(", ", from)}: there is no dashboard");
    }

    private static HostException NoDashboard(IHostFiles host, string what) => new(
        host.Host,
        Reasons.PackageCorrupt,
        $"{host.Host}: {what}. Correct spec.tidb.dashboards.from.",
        retryable: false);
}
