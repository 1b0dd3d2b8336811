using System.Globalization;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Saves, before any process is stopped, how every process is started (<see cref="ServerConfiguration"/>) in a Secret.
/// Flag files may contain passwords, so there is no other copy.
/// </summary>
internal sealed class SaveServerConfiguration(IYugabyteTargets targets)
    : YugabyteStep<SaveServerConfiguration.Args>(targets)
{
    /// <summary>Receipt key: name of the Secret.</summary>
    public const string SecretKey = "secret";

    private const int AtATime = 8;

    public sealed record Args;

    protected override bool IsRepeatable => true;

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var space = Targets.Upgrade.Metadata.Namespace;
        if (context.Receipt(SecretKey) is not { } name
            || await Targets.Kubernetes.GetAsync<V1Secret>(name, space, cancellationToken) is not { } secret)
        {
            return new Observation.NotStarted();
        }

        return secret.Metadata.Labels?.GetValueOrDefault(Labels.UpgradeUid) == context.OwnerUid
            ? new Observation.Done(string.Create(
                CultureInfo.InvariantCulture,
                $"The configuration of {secret.Data?.Count ?? 0} processes is saved in Secret {name}."))
            : new Observation.Failed(
                Reasons.StepFailed, $"Secret {name} was not created by this upgrade. Delete it, then retry.");
    }

    protected override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, Args args, CancellationToken cancellationToken) => Task.FromResult(
            context.Receipt(SecretKey) is not null
                ? Receipt(context)
                : Entry(
                    SecretKey,
                    ConfigurationSecret.Name(Targets.Upgrade.Metadata, context.Plan.AttemptsBefore)));

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        var reader = new ServerConfiguration(Targets);
        var instances = Cluster.Spec.Instances;
        var texts = await YugabyteCluster.EachAsync(instances, reader.ReadAsync, cancellationToken, AtATime);
        var files = instances.Zip(texts).ToDictionary(
            i => $"{i.First.Name}.txt", i => i.Second, StringComparer.Ordinal);
        var secret = ConfigurationSecret.Of(context.Receipt(SecretKey)!, Targets.Upgrade.Metadata, files);
        Targets.EnsureMayAct();
        try
        {
            await Targets.Kubernetes.CreateAsync(secret, cancellationToken);
        }
        catch (KubernetesAlreadyExistsException)
        {
            // An earlier operator process created it in this attempt; the next observation reads whose it is.
        }
    }
}
