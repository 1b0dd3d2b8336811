using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Takes the former TiSpark JAR out of jars and puts the new one in, on one host.</summary>
internal sealed class ReplaceSparkJar(ITiDbTargets targets) : SparkStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        await HasNewJarAsync(context.Step.Node!, cancellationToken) ? new Observation.Done(Jar) : new Observation.NotStarted();

    /// <inheritdoc />
    protected override async Task CarryOutAsync(StepContext context, CancellationToken cancellationToken)
    {
        var host = Targets.Hosts.Files(context.Step.Node!);
        await HostFileScripts.ReplaceAsync(host, Spark().Jar, Jar, Spark().JarSha256, $"{Jar}.old", cancellationToken);
        Targets.EnsureMayAct();
        await HostFileScripts.SetAsideOtherJarsAsync(host, Jars, Jar[(Jar.LastIndexOf('/') + 1)..], cancellationToken);
    }
}
