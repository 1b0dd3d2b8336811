using Drydock.Crds.SnapshotRestores;
using V1Lease = k8s.Models.V1Lease;
using V1Pod = k8s.Models.V1Pod;

namespace Drydock.Cli.Diagnosis;

/// <summary>What is installed of Drydock in a cluster: CRDs with their schema, the operator's pods, and the Lease of
/// the one that acts.</summary>
internal sealed class Installation(Invocation invocation, k8s.Kubernetes server, string operatorNamespace)
{
    // Every way of installing sets it; the name can be chosen.
    public const string OperatorPods = "app.kubernetes.io/component=operator";
    private const string VersionLabel = "app.kubernetes.io/version";
    private const string Lease = "drydock-operator";

    private static readonly string[] Kinds =
        [OmsUpgrade.Plural, DatabaseRollingUpgrade.Plural, BackupSnapshot.Plural, SnapshotRestore.Plural];

    public static string Plugin { get; } = CrdSchema.Number.ToString();

    /// <summary>The schema of each CRD; null for one that is not installed, empty for one without a number.</summary>
    public async Task<IReadOnlyList<(string Crd, string? Schema)>> ReadSchemasAsync(CancellationToken cancellationToken)
    {
        List<(string Crd, string? Schema)> schemas = [];
        foreach (var name in Kinds.Select(plural => $"{plural}.{ApiGroup.Name}"))
        {
            var crd = await invocation.Kubernetes.GetAsync<CrdMetadata>(name, cancellationToken: cancellationToken);
            schemas.Add((name, crd is null ? null : crd.Metadata.Annotation(Annotations.Schema) ?? ""));
        }

        return schemas;
    }

    public async Task<IReadOnlyList<V1Pod>> ReadPodsAsync(CancellationToken cancellationToken) =>
    [
        .. (await k8s.CoreV1OperationsExtensions.ListNamespacedPodAsync(
            server.CoreV1,
            operatorNamespace,
            labelSelector: OperatorPods,
            cancellationToken: cancellationToken)).Items ?? [],
    ];

    public Task<V1Lease?> ReadLeaseAsync(CancellationToken cancellationToken) =>
        invocation.Kubernetes.GetAsync<V1Lease>(Lease, operatorNamespace, cancellationToken);

    /// <summary>The pod or machine that holds a Lease: the identity is NAME_MARK_RANDOM.</summary>
    public static string? HolderOf(V1Lease? lease) => lease?.Spec?.HolderIdentity is { Length: > 0 } holder
        ? holder.Split('_')[0]
        : null;

    public static string? ImageOf(V1Pod pod) => pod.Spec?.Containers?.FirstOrDefault()?.Image;

    /// <summary>The release that a pod runs, by its label or the tag of its image; null if neither says it.</summary>
    public static Version? VersionOf(V1Pod pod)
    {
        var tag = ImageOf(pod)?.Split('@')[0].Split('/')[^1].Split(':').ElementAtOrDefault(1);
        var label = pod.Metadata.Labels?.TryGetValue(VersionLabel, out var given) == true ? given : null;
        return Version.TryParse(label ?? tag, out var version) ? version : null;
    }

    /// <summary>The check of the operator's release; null if it is that of this plugin.</summary>
    public static Check? Skew(Version operatorRelease) => Skew("operator", "The operator is", operatorRelease);

    /// <summary>The check of the CRDs.</summary>
    public static Check Judge(IReadOnlyList<(string Crd, string? Schema)> schemas)
    {
        const string Name = "crds";
        var missing = schemas.Where(s => s.Schema is null).Select(s => s.Crd).ToList();
        var unnumbered = schemas.Where(s => s.Schema is not null && !Version.TryParse(s.Schema, out _))
            .Select(s => s.Crd).ToList();
        var other = schemas.Select(s => Version.TryParse(s.Schema, out var schema) ? schema : null)
            .FirstOrDefault(s => s is not null && s != CrdSchema.Number);
        var remedy = $"Apply the CRDs of release {Plugin}: `kubectl apply -k config/crd`, or `helm upgrade` the chart.";
        return missing.Count > 0
                ? Check.Broken(Name, $"Not installed: {string.Join(", ", missing)}.", remedy)
            : unnumbered.Count > 0
                ? Check.Broken(
                    Name, $"Without the annotation {Annotations.Schema}: {string.Join(", ", unnumbered)}.", remedy)
            : other is not null ? Skew(Name, "The CRDs have schema", other)!
            : Check.Good(Name, $"All {schemas.Count} CRDs have schema {Plugin}.");
    }

    private static Check? Skew(string name, string part, Version found) => found == CrdSchema.Number
        ? null
        : Check.Broken(
            name,
            $"{part} {found}, this plugin is {Plugin}.",
            found > CrdSchema.Number
                ? $"Use the plugin of release {found}."
                : $"Upgrade Drydock to release {Plugin}, the CRDs first, or use the plugin of release {found}.");
}
