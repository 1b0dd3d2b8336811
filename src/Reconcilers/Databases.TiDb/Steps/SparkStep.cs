using Drydock.Clients.Remote;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What the steps around TiSpark share (docs/research/tidb.md#tispark).</summary>
internal abstract class SparkStep(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <summary>The Spark of the spec.</summary>
    protected TiSparkSpec Spark() =>
        Targets.Settings().TiSpark ?? throw new StepActionException(Reasons.InvalidSpec, "spec.tidb.tiSpark is gone, for which the plan has steps; put it back");

    /// <summary>Where Spark's JARs are.</summary>
    protected string Jars => $"{Spark().Directory.TrimEnd('/')}/jars";

    /// <summary>Where the new JAR is to be.</summary>
    protected string Jar => $"{Jars}/{Spark().Jar[(Spark().Jar.LastIndexOf('/') + 1)..]}";

    /// <summary>Whether a host has the new JAR and no other of TiSpark.</summary>
    protected async Task<bool> HasNewJarAsync(string host, CancellationToken cancellationToken)
    {
        var files = Targets.Hosts.Files(host);
        return (await files.Sha256Async([Jar], cancellationToken))[0] == Spark().JarSha256
            && (await HostFileScripts.JarsAsync(files, Jars, cancellationToken)).All(j => Jar.EndsWith("/" + j, StringComparison.Ordinal));
    }

    /// <summary>Runs a script of Spark on the master's host.</summary>
    /// <exception cref="HostException">It cannot be run, or ends with another code than 0.</exception>
    protected async Task RunAsync(string script, CancellationToken cancellationToken)
    {
        var path = script.StartsWith('/') ? script : $"{Spark().Directory.TrimEnd('/')}/{script}";
        var result = await Targets.Hosts.Files(Spark().Hosts[0]).RunAsync(new RemoteCommand(path), cancellationToken);
        if (!result.IsSuccess)
        {
            throw new HostException(Spark().Hosts[0], Reasons.StepFailed, $"{Spark().Hosts[0]}: {path} ended with {result.ExitCode}: {StrictJson.Words(result.Errors + " " + result.Output)}", mayHaveRun: true);
        }
    }
}
