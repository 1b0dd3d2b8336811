namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Saves, before any process is stopped, how every process is started (<see cref="ServerConfiguration"/>) in a
/// Secret. Flag files may contain passwords, so there is no other copy.</summary>
internal sealed class SaveServerConfiguration(IYugabyteTargets targets)
    : YugabyteStep<SaveServerConfiguration.Args>(targets)
{
    private const int AtATime = 8;

    public sealed record Args;

    protected override bool IsRepeatable => true;

    protected override Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken) => ConfigurationSecret.LookAsync(
            Targets,
            context,
            static (files, name) => string.Create(
                CultureInfo.InvariantCulture,
                $"The configuration of {files} processes is saved in Secret {name}."),
            cancellationToken);

    protected override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, Args args, CancellationToken cancellationToken) => Task.FromResult(
            context.Receipt(ConfigurationSecret.NameKey) is not null
                ? Receipt(context)
                : Entry(
                    ConfigurationSecret.NameKey,
                    ConfigurationSecret.Name(Targets.Upgrade.Metadata, context.Plan.AttemptsBefore)));

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        var reader = new ServerConfiguration(Targets);
        var instances = Cluster.Spec.Instances;
        var texts = await YugabyteCluster.EachAsync(instances, reader.ReadAsync, cancellationToken, AtATime);
        var files = instances.Zip(texts).ToDictionary(
            i => $"{i.First.Name}.txt", i => i.Second, StringComparer.Ordinal);
        await ConfigurationSecret.CreateAsync(Targets, context, files, cancellationToken);
    }
}
