namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Replaces the TiSpark JAR of one host.</summary>
internal sealed class ReplaceSparkJar(ITiDbTargets targets) : SparkStep<ReplaceSparkJar.Args>(targets)
{
    /// <param name="Sha256">The checksum of the new JAR.</param>
    public sealed record Args(string Sha256);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken) =>
        await HasNewJarAsync(context.Node, cancellationToken)
            ? new Observation.Done(Jar)
            : new Observation.NotStarted();

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        var host = Targets.Hosts.Files(context.Node);
        await HostFileScripts.ReplaceAsync(host, Spark.Jar, Jar, Spark.JarSha256, $"{Jar}.old", cancellationToken);
        Targets.EnsureMayAct();
        var name = Jar[(Jar.LastIndexOf('/') + 1)..];
        await HostFileScripts.SetAsideOtherJarsAsync(host, Jars, name, cancellationToken);
    }
}
