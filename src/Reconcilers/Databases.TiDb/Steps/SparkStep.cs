using Drydock.Clients.Remote;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The base of the steps for TiSpark (docs/research/tidb.md#tispark).</summary>
internal abstract class SparkStep<TArgs>(ITiDbTargets targets) : TiDbStep<TArgs>(targets)
    where TArgs : class
{
    /// <summary>The Spark of the spec.</summary>
    protected TiSparkSpec Spark => Targets.Settings().TiSpark ?? throw new StepActionException(
        Reasons.InvalidSpec, "spec.tidb.tiSpark is missing, for which the plan has steps. Add it again.");

    /// <summary>The directory of Spark's JARs.</summary>
    protected string Jars => $"{Spark.Directory.TrimEnd('/')}/jars";

    /// <summary>The path of the new JAR there.</summary>
    protected string Jar => $"{Jars}/{Spark.Jar[(Spark.Jar.LastIndexOf('/') + 1)..]}";

    /// <summary>Whether a host has the new JAR and no other JAR of TiSpark.</summary>
    protected async Task<bool> HasNewJarAsync(string host, CancellationToken cancellationToken)
    {
        var files = Targets.Hosts.Files(host);
        return (await files.Sha256Async([Jar], cancellationToken))[0] == Spark.JarSha256
            && (await HostFileScripts.JarsAsync(files, Jars, cancellationToken))
                .All(j => Jar.EndsWith("/" + j, StringComparison.Ordinal));
    }

    /// <summary>Runs a script of Spark on the master's host.</summary>
    /// <exception cref="HostException">It cannot be run, or its exit code is not 0.</exception>
    protected async Task RunAsync(string script, CancellationToken cancellationToken)
    {
        var master = Spark.Hosts[0];
        var path = script.StartsWith('/') ? script : $"{Spark.Directory.TrimEnd('/')}/{script}";
        var result = await Targets.Hosts.Files(master).RunAsync(new RemoteCommand(path), cancellationToken);
        if (!result.IsSuccess)
        {
            throw new HostException(
                master,
                Reasons.StepFailed,
                $"{master}: {path} exited with code {result.ExitCode}: "
                + ToolOutput.Excerpt(result.Errors + " " + result.Output),
                mayHaveRun: true);
        }
    }
}
