using System.IO.Compression;

namespace Drydock.Reconcilers.Databases;

/// <summary>The Secret with the configuration that an upgrade saves. It has no owner, so deleting the upgrade keeps it,
/// and it is never overwritten.</summary>
internal static class ConfigurationSecret
{
    public const string NameKey = "secret";

    // A Secret holds 1 MiB.
    private const int MostBytes = 900 * 1024;

    private const string Gzip = ".gz";

    private const string What = "configuration";

    /// <summary>The receipt of a step that saves it.</summary>
    public static Task<Receipt> ReserveAsync(EngineContext targets, StepContext context) =>
        Task.FromResult(context.Receipt(NameKey) is not null
            ? context.Step.Receipt!
            : (Receipt)new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                [NameKey] = ObjectNames.OfStep(targets.Upgrade.Metadata, context, What),
            });

    public static async Task<Observation> LookAsync(
        EngineContext targets, StepContext context, string also, CancellationToken cancellationToken)
    {
        var space = targets.Upgrade.Metadata.Namespace;
        if (context.Receipt(NameKey) is not { } name
            || await targets.Kubernetes.GetAsync<V1Secret>(name, space, cancellationToken) is not { } secret)
        {
            return new Observation.NotStarted("The configuration is not stored yet.");
        }

        return secret.Metadata.IsMadeBy(context)
            ? new Observation.Done(
                $"{Sentences.Count(secret.Values.Count, "file is", "files are")} saved in Secret {name}{also}.")
            : new Observation.Failed(
                Reasons.StepFailed,
                $"Secret {name} was not created by this attempt of this upgrade. Delete it, then retry.");
    }

    /// <summary>The files that a plan has saved before it changed anything; null if none has saved them. They show what
    /// an administrator had. A plan that the status does not know comes first: the status was put back to an older
    /// copy, and what its own plan saves is what that plan had changed.</summary>
    public static async Task<IReadOnlyDictionary<string, string>?> ReadAsync(
        EngineContext targets, CancellationToken cancellationToken)
    {
        var (upgrade, status) = (targets.Upgrade.Metadata, targets.Upgrade.Status);
        var former = (status?.FormerPlans ?? []).Select(p => p.Id).ToHashSet(StringComparer.Ordinal);
        var secrets = await targets.Kubernetes.ListAsync<V1Secret>(
            upgrade.Namespace,
            new ListOptions { LabelSelector = $"{Labels.UpgradeUid}={upgrade.Uid},{Labels.PlanId}" },
            cancellationToken);
        var saved = secrets.Items
            .Where(s => s.Metadata.Name.StartsWith($"{ObjectNames.Stem(upgrade)}-", StringComparison.Ordinal)
                && s.Metadata.Name.Contains($"-{What}-", StringComparison.Ordinal)
                && !former.Contains(s.Metadata.Label(Labels.PlanId)!))
            .OrderBy(s => s.Metadata.Label(Labels.PlanId) == status?.Plan?.Id)
            .ThenByDescending(s => s.Metadata.CreatedAt)
            .FirstOrDefault();
        return saved?.Data?.ToDictionary(f => Plain(f.Key), f => Text(f.Key, f.Value), StringComparer.Ordinal);
    }

    /// <summary>Creates it with the name in the receipt.</summary>
    /// <exception cref="StepActionException">The files do not fit even compressed.</exception>
    public static async Task CreateAsync(
        EngineContext targets, StepContext context, IReadOnlyDictionary<string, string> files,
        CancellationToken cancellationToken)
    {
        var secret = Of(context, targets.Upgrade.Metadata, files);
        targets.EnsureMayAct();

        // The next observation reads whose it is.
        await targets.Kubernetes.CreateOnceAsync(secret, cancellationToken);
    }

    /// <summary>The Secret; files are compressed if they do not fit otherwise.</summary>
    /// <exception cref="StepActionException">The files do not fit even compressed.</exception>
    public static V1Secret Of(
        StepContext context, V1ObjectMeta upgrade, IReadOnlyDictionary<string, string> files)
    {
        var plain = files.ToDictionary(f => f.Key, f => Encoding.UTF8.GetBytes(f.Value), StringComparer.Ordinal);
        var data = plain.Values.Sum(b => b.Length) <= MostBytes
            ? plain
            : plain.ToDictionary(f => f.Key + Gzip, f => Compressed(f.Value), StringComparer.Ordinal);
        if (data.Values.Sum(b => b.Length) > MostBytes)
        {
            throw new StepActionException(
                Reasons.StepFailed,
                "The configuration files are too large for a Secret, even compressed. Save them yourself and shorten "
                + "them, then retry.",
                retryable: false);
        }

        return new V1Secret
        {
            Metadata = ChildMetadata
                .Of(context.Receipt(NameKey)!, DatabaseRollingUpgrade.KindName, upgrade)
                .MadeBy(context),
            Type = "Opaque",
            Immutable = true,
            Data = data,
        };
    }

    private static string Plain(string key) => key.EndsWith(Gzip, StringComparison.Ordinal) ? key[..^Gzip.Length] : key;

    private static string Text(string key, byte[] bytes)
    {
        if (Plain(key) == key)
        {
            return Encoding.UTF8.GetString(bytes);
        }

        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return reader.ReadToEnd();
    }

    private static byte[] Compressed(byte[] bytes)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return result.ToArray();
    }
}
