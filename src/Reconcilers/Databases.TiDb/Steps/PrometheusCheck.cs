namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Checks a new prometheus.yml with promtool, with the files that will be beside it, while the service still
/// runs. Prometheus does not start with a configuration or rules that it cannot read.</summary>
internal static class PrometheusCheck
{
    // The script found no promtool.
    private const int NoTool = 4;

    // $1 deployDir, $2 the configuration below it, then places of promtool up to --, then pairs of new file and path
    // below deployDir. Everything is linked into a directory of its own: the new files, and the present ones beside the
    // configuration that are not replaced.
    private const string Check = """
        set -e
        deploy=$1; config=$2; shift 2
        tool=
        while [ "$1" != -- ]; do
          if [ -z "$tool" ] && [ -x "$1" ]; then tool=$1; fi
          shift
        done
        shift
        if [ -z "$tool" ]; then tool=$(command -v promtool) || exit 4; fi
        stage=$(mktemp -d)
        trap 'rm -rf -- "$stage"' EXIT
        while [ $# -gt 0 ]; do
          mkdir -p -- "$stage/$(dirname -- "$2")"
          ln -s -- "$1" "$stage/$2"
          shift 2
        done
        beside=$(dirname -- "$config")
        for entry in "$deploy/$beside"/*; do
          place=$stage/$beside/${entry##*/}
          if [ -e "$entry" ] && [ ! -e "$place" ] && [ ! -L "$place" ]; then ln -s -- "$entry" "$place"; fi
        done
        "$tool" check config "$stage/$config" 2>&1
        """;

    public static ReplacedFile? Configuration(MonitoringService service) =>
        service.Files.Find(f => Path.GetFileName(f.To) is "prometheus.yml" or "prometheus.yaml");

    public static bool IsOverruled(DatabaseRollingUpgradeSpec spec, MonitoringService service) =>
        spec.Preflight.Acknowledge.Exists(
            a => a is Reasons.ConfigurationInvalid || a == $"{Reasons.ConfigurationInvalid}/{service.Name}");

    /// <summary>What promtool objects to: whole sentences. Null if nothing, or if there is no promtool.</summary>
    /// <exception cref="HostException">It could not be run.</exception>
    public static async Task<string?> FindProblemAsync(
        IHostFiles host,
        DatabaseRollingUpgradeSpec spec,
        MonitoringService service,
        CancellationToken cancellationToken)
    {
        if (Configuration(service) is not { } configuration)
        {
            return null;
        }

        var deploy = service.DeployDir.TrimEnd('/');
        var command = RemoteCommand.Script(
            Check,
            [
                deploy,
                configuration.To,
                .. service.Files.Where(f => Path.GetFileName(f.To) == "promtool").Select(f => f.From),
                $"{deploy}/bin/promtool",
                $"{deploy}/promtool",
                spec.NewProgram("promtool"),
                "--",
                .. service.Files.SelectMany(f => new[] { f.From, f.To }),
            ]);
        var result = await host.RunAsync(command, cancellationToken);
        return result.IsSuccess || result.ExitCode == NoTool
            ? null
            : $"promtool on {host.Host} refuses {configuration.From}, the new configuration of {service.Name}: "
                + $"{ToolOutput.Excerpt(result.Output + " " + result.Errors)}.";
    }
}
