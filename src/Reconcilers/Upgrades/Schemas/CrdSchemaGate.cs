using System.Globalization;
using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Values;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Crds.SnapshotRestores;
using Microsoft.Extensions.Logging;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Keeps an operator from leading while the CRDs in the cluster are older than it needs: the API server drops status
/// fields that a CRD does not know and answers 200, so that the receipt that a step wrote before it acted would be lost
/// without an error.
/// </summary>
/// <param name="client">The API server.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
[EntityRbac(
    "apiextensions.k8s.io", "customresourcedefinitions", Verbs = "get", ClusterScoped = true,
    ResourceNames = [Upgrades, Databases, Snapshots, Restores])]
internal sealed partial class CrdSchemaGate(IKubernetesClient client, TimeProvider time, ILogger<CrdSchemaGate> logger)
{
    private const string Upgrades = OmsUpgrade.Plural + "." + ApiGroup.Name;
    private const string Databases = DatabaseRollingUpgrade.Plural + "." + ApiGroup.Name;
    private const string Snapshots = BackupSnapshot.Plural + "." + ApiGroup.Name;
    private const string Restores = SnapshotRestore.Plural + "." + ApiGroup.Name;

    private static readonly string[] Names = [Databases, Restores, Snapshots, Upgrades];
    private readonly Lock _gate = new();
    private string? _problem = "The CRDs of Drydock have not been read yet.";
    private bool _reported;

    /// <summary>How often the CRDs are read while they are good.</summary>
    public static TimeSpan Every { get; } = TimeSpan.FromMinutes(10);

    /// <summary>How often they are read while they are not.</summary>
    public static TimeSpan EveryWhileOutdated { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Why this process must not lead, with the remedy; null if it may.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>
    /// Contends for leadership whenever the CRDs are good, until cancelled or until <paramref name="contend"/> ends on
    /// its own.
    /// </summary>
    /// <param name="contend">Contends and leads; ends when its token is cancelled.</param>
    /// <param name="stopping">Ends it.</param>
    public async Task RunAsync(Func<CancellationToken, Task> contend, CancellationToken stopping)
    {
        SchemaMetrics.CrdSchemaOutdated.Add(0);
        while (true)
        {
            while (!await CheckAsync(stopping))
            {
                await Task.Delay(EveryWhileOutdated, time, stopping);
            }

            using var good = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var watching = WatchAsync(good);
            try
            {
                await contend(good.Token);
            }
            catch (OperationCanceledException) when (good.IsCancellationRequested && !stopping.IsCancellationRequested)
            {
                // The CRDs became too old.
            }
            finally
            {
                await good.CancelAsync();
                await watching;
            }

            if (Problem is null || stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>
    /// Reads the CRDs; true if this process may lead. CRDs that temporarily cannot be read leave the answer unchanged.
    /// </summary>
    public async Task<bool> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            Report(await LookAsync(cancellationToken), isVerdict: true);
        }
        catch (KubernetesForbiddenException exception)
        {
            Report(
                $"The CRDs of Drydock cannot be read: {Sentences.Close(exception.Message)} "
                + "Apply the roles of this release: `kubectl apply -k config/rbac`.",
                isVerdict: true);
        }
        catch (KubernetesException exception)
        {
            Report(
                Problem is null ? null : $"The CRDs of Drydock cannot be read: {exception.Message}", isVerdict: false);
        }

        return Problem is null;
    }

    private async Task<string?> LookAsync(CancellationToken cancellationToken)
    {
        List<string> outdated = [];
        foreach (var name in Names)
        {
            var crd = await client.GetAsync<V1CustomResourceDefinition>(name, cancellationToken: cancellationToken);
            var found = crd?.Metadata.Annotations?.GetValueOrDefault(Annotations.Schema);
            if (crd is null)
            {
                outdated.Add($"{name} is not installed");
            }
            else if (!int.TryParse(found, NumberStyles.None, CultureInfo.InvariantCulture, out var schema)
                || schema < CrdSchema.Version)
            {
                outdated.Add($"{name} has {(found is null ? "no schema number" : $"schema {found}")}");
            }
        }

        return outdated.Count == 0
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"The CRDs in the cluster are older than this operator: {string.Join(", ", outdated)}, "
                + $"expected is schema {CrdSchema.Version} or later. The operator does not lead and writes nothing. "
                + $"Apply the CRDs of its release: `kubectl apply -k config/crd` (below 1.25 with `--validate=false`), "
                + $"or `helm upgrade` the chart.");
    }

    private async Task WatchAsync(CancellationTokenSource good)
    {
        try
        {
            do
            {
                await Task.Delay(Every, time, good.Token);
            }
            while (await CheckAsync(good.Token));
            await good.CancelAsync();
        }
        catch (OperationCanceledException) when (good.IsCancellationRequested)
        {
            // The term has ended.
        }
    }

    private void Report(string? problem, bool isVerdict)
    {
        lock (_gate)
        {
            var before = _problem;
            Volatile.Write(ref _problem, problem);
            var outdated = problem is not null && (isVerdict || _reported);
            if (outdated != _reported)
            {
                _reported = outdated;
                SchemaMetrics.CrdSchemaOutdated.Add(outdated ? 1 : -1);
            }

            if (problem is null && before is not null)
            {
                Good(logger, CrdSchema.Version);
            }
            else if (problem is not null && problem != before)
            {
                Outdated(logger, problem);
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The CRDs in the cluster have schema {Schema} or later; this operator may lead.")]
    private static partial void Good(ILogger logger, int schema);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem}")]
    private static partial void Outdated(ILogger logger, string problem);
}
