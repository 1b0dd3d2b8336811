namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Replaces the TiSpark JAR of one host.</summary>
/// <param name="Sha256">The checksum of the new JAR.</param>
internal sealed record ReplaceSparkJar(string Sha256) : SparkStep
{
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        await HasNewJarAsync(context.Node, cancellationToken)
            ? new Observation.Done(Jar)
            : new Observation.NotStarted();

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var host = Targets.Hosts.Files(context.Node);
        await HostFileScripts.ReplaceAsync(host, Spark.Jar, Jar, Spark.JarSha256, $"{Jar}.old", cancellationToken);
        Targets.EnsureMayAct();
        var name = Jar[(Jar.LastIndexOf('/') + 1)..];
        await HostFileScripts.SetAsideOtherJarsAsync(host, Jars, name, cancellationToken);
    }
}
