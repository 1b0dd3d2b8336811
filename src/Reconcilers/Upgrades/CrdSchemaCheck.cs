using Drydock.Clients.Kubernetes.Json;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Waits at the start until no CRD in the cluster is older than this operator. The API server drops status
/// fields that a CRD does not know and answers 200, so that the receipt that a step wrote before it acted would be lost
/// without an error.</summary>
[EntityRbac(
    "apiextensions.k8s.io", "customresourcedefinitions", Verbs = "get", ClusterScoped = true,
    ResourceNames = [Upgrades, Databases, Snapshots, Restores])]
internal sealed partial class CrdSchemaCheck(
    IKubernetesClient client, TimeProvider time, ILogger<CrdSchemaCheck> logger)
{
    private const string Upgrades = OmsUpgrade.Plural + "." + ApiGroup.Name;
    private const string Databases = DatabaseRollingUpgrade.Plural + "." + ApiGroup.Name;
    private const string Snapshots = BackupSnapshot.Plural + "." + ApiGroup.Name;
    private const string Restores = SnapshotRestore.Plural + "." + ApiGroup.Name;

    private static readonly string[] Names = [Databases, Restores, Snapshots, Upgrades];
    private static readonly string Own = CrdSchema.Number.ToString();
    private string? _problem = "The CRDs of Drydock have not been read yet.";

    public static TimeSpan Every { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Why this process must not lead, with the remedy; null if it may.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>Ends when this process may lead.</summary>
    public async Task WaitAsync(CancellationToken stopping)
    {
        while (await FindAsync(stopping) is { } problem)
        {
            if (problem != Problem)
            {
                Volatile.Write(ref _problem, problem);
                Waits(logger, problem);
            }

            await Task.Delay(Every, time, stopping);
        }

        Volatile.Write(ref _problem, null);
        Good(logger, Own);
    }

    private async Task<string?> FindAsync(CancellationToken cancellationToken)
    {
        List<string> outdated = [];
        try
        {
            foreach (var name in Names)
            {
                var crd = await client.GetAsync<CrdMetadata>(name, cancellationToken: cancellationToken);
                var found = crd?.Metadata.Annotation(Annotations.Schema);
                if (!Version.TryParse(found, out var schema) || schema < CrdSchema.Number)
                {
                    outdated.Add(
                        crd is null ? $"{name} is not installed"
                        : $"{name} has {(found is null ? "no schema number" : $"schema {found}")}");
                }
            }
        }
        catch (KubernetesForbiddenException exception)
        {
            return $"The CRDs of Drydock cannot be read: {Sentences.Close(exception.Message)} "
                + "Apply the roles of this release: `kubectl apply -k config/rbac`.";
        }
        catch (KubernetesException exception)
        {
            return $"The CRDs of Drydock cannot be read: {exception.Message}";
        }

        return outdated.Count == 0
            ? null
            : $"The CRDs in the cluster are older than this operator: {string.Join(", ", outdated)}, expected is "
                + $"schema {Own} or later. The operator does not lead and writes nothing. Apply the CRDs of its "
                + "release: `kubectl apply -k config/crd`, or `helm upgrade` the chart.";
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The CRDs in the cluster have schema {Schema} or later; this operator may lead.")]
    private static partial void Good(ILogger logger, string schema);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem}")]
    private static partial void Waits(ILogger logger, string problem);
}
